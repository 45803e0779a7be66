using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>Events as they were appended, whether they are kept so or packed.</summary>
internal static class SegmentTable
{
    private const string InsertSql = """
        INSERT INTO segments (run_no, first_seq, count, events, hash)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::bytea[], $5::bytea[])
        """;

    private const string InsertOfNewSql = """
        INSERT INTO segments (run_no, first_seq, count, events, hash)
        SELECT runs.run_no, s.first_seq, s.count, s.events, s.hash
        FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bytea[], $5::bytea[])
          AS s (id, first_seq, count, events, hash)
        JOIN runs ON runs.id = s.id
        """;

    // Segments have no gaps, so the one that holds the next event is the last that begins at it or before.
    private const string ReadSql = """
        SELECT s.first_seq, s.count, s.events, s.hash, s.links FROM runs r JOIN segments s ON s.run_no = r.run_no
        WHERE r.id = $1 AND s.first_seq + s.count - 1 > $2
          AND s.first_seq >= coalesce((SELECT max(first_seq) FROM segments
                WHERE run_no = (SELECT run_no FROM runs WHERE id = $1) AND first_seq - 1 <= $2), 0)
        ORDER BY s.first_seq
        """;

    /// <summary>Adds the statements for segments. The number of a run that begins in this batch is only known to the
    /// server.</summary>
    public static void AddInserts(NpgsqlBatch batch, List<(StagedRun Run, JournalSlice Slice)> segments)
    {
        var known = segments.FindAll(entry => entry.Run.Place is not null);
        if (known.Count > 0)
            AddColumns(batch.Add(InsertSql).With(known.ConvertAll(entry => entry.Run.Place!.RunNo).ToArray()), known);
        if (known.Count == segments.Count) return;
        var begun = segments.FindAll(entry => entry.Run.Place is null);
        AddColumns(batch.Add(InsertOfNewSql).With(begun.ConvertAll(entry => entry.Run.RunId.Value).ToArray()), begun);
    }

    /// <summary>The segments of a run that hold events after a sequence number.</summary>
    /// <exception cref="StoreException">What was packed cannot be unpacked.</exception>
    public static async Task<IReadOnlyList<JournalSegment>> ReadAsync(
        NpgsqlConnection connection, (RunId RunId, long AfterSeq, StoreAddress Store) of, CancellationToken cancel)
    {
        var segments = new List<JournalSegment>();
        var faults = await connection.QueryAsync(ReadSql, row => Expand(row, column: 0, segments), cancel,
            Commands.Parameter(of.RunId.Value), Commands.Parameter(of.AfterSeq)).ConfigureAwait(false);
        if (faults.Find(fault => fault is not null) is { } found)
            throw PostgresFailure.Damaged(of.Store, $"of {of.RunId}, {found}");
        segments.RemoveAll(segment => segment.FirstSeq + segment.Count - 1 <= of.AfterSeq);
        return segments;
    }

    /// <summary>Adds the segments of a row to others.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column of the first sequence number; count, events, hash and links follow it.</param>
    /// <param name="segments">The others.</param>
    /// <returns>What is wrong with the row; null where nothing is.</returns>
    public static string? Expand(NpgsqlDataReader row, int column, List<JournalSegment> segments)
    {
        var (firstSeq, count) = (row.GetInt64(column), row.GetInt32(column + 1));
        var (events, hash) = (row.Bytes(column + 2), row.Bytes(column + 3));
        if (row.IsDBNull(column + 4))
        {
            segments.Add(new JournalSegment(firstSeq, count, events, hash));
            return null;
        }

        if (new PackedJournal(events, row.Bytes(column + 4)).Unpack(firstSeq, count, hash) is not { } unpacked)
            return $"the packed events from {firstSeq} on cannot be unpacked";
        segments.AddRange(unpacked);
        return null;
    }

    private static void AddColumns(
        NpgsqlBatchCommand insert, List<(StagedRun Run, JournalSlice Slice)> segments) => insert
        .With(segments.ConvertAll(entry => entry.Slice.AfterSeq + 1).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Count).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Events).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Hash).ToArray());
}
