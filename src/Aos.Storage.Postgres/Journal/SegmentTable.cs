using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>Events as they were appended.</summary>
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
        SELECT s.first_seq, s.count, s.events, s.hash FROM runs r JOIN segments s ON s.run_no = r.run_no
        WHERE r.id = $1 AND s.first_seq + s.count - 1 > $2
          AND s.first_seq >= coalesce((SELECT max(first_seq) FROM segments
                WHERE run_no = (SELECT run_no FROM runs WHERE id = $1) AND first_seq <= $2 + 1), 0)
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
    public static async Task<IReadOnlyList<JournalSegment>> ReadAsync(
        NpgsqlConnection connection, (RunId RunId, long AfterSeq) of, CancellationToken cancel) =>
        await connection.QueryAsync(ReadSql, static row => new JournalSegment(
                row.GetInt64(0), row.GetInt32(1), row.Bytes(2), row.Bytes(3)),
            cancel, Commands.Parameter(of.RunId.Value), Commands.Parameter(of.AfterSeq)).ConfigureAwait(false);

    private static void AddColumns(
        NpgsqlBatchCommand insert, List<(StagedRun Run, JournalSlice Slice)> segments) => insert
        .With(segments.ConvertAll(entry => entry.Slice.AfterSeq + 1).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Count).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Events).ToArray())
        .With(segments.ConvertAll(entry => entry.Slice.Hash).ToArray());
}
