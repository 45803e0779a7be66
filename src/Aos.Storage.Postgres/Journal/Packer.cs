using Aos.Abstractions.Storage.Drivers;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>A run that has ended, packed beside the store.</summary>
/// <param name="RunNo">Its number.</param>
/// <param name="Rows">How many rows of segments there were.</param>
/// <param name="LastSeq">Its last event.</param>
/// <param name="Hash">The last hash.</param>
/// <param name="Packed">The journal; null where its chain is broken and it stays as it is.</param>
/// <param name="Names">The digests that it names, in hexadecimal digits.</param>
internal sealed record PackedRun(
    long RunNo, int Rows, long LastSeq, ReadOnlyMemory<byte> Hash, PackedJournal? Packed, HashSet<string> Names);

/// <summary>Packs the journals of runs that have ended. Compressing needs no lock; what it found is looked at again
/// when it is written.</summary>
internal static class Packer
{
    // Packed as its chain allows, and looked at but left as it is.
    private const short Done = 1;
    private const short LeftAlone = 2;

    private const string IsToPackSql = "packed = 0 AND status IN ('completed', 'failed', 'cancelled')";

    private const string FindSql =
        $"(SELECT run_no, id, seq, head, status FROM runs WHERE {IsToPackSql} ORDER BY run_no LIMIT $1)";

    private const string HoldSql =
        $"SELECT run_no FROM runs WHERE run_no = ANY ($1) AND {IsToPackSql} ORDER BY run_no FOR UPDATE";

    private const string CountSql = """
        SELECT run_no, count(*), max(first_seq + count - 1) FROM segments WHERE run_no = ANY ($1) GROUP BY run_no
        """;

    private const string InsertSql = """
        INSERT INTO segments (run_no, first_seq, count, events, hash, links)
        SELECT run_no, 1, last_seq, events, hash, links
        FROM unnest($1::bigint[], $2::int[], $3::bytea[], $4::bytea[], $5::bytea[])
          AS s (run_no, last_seq, events, hash, links)
        """;

    /// <summary>Packs the oldest runs that are not packed, without writing anything.</summary>
    public static async Task<List<PackedRun>> PrepareAsync(
        NpgsqlConnection connection, int runsMax, CancellationToken cancel)
    {
        using var chain = new ChainCheck();
        var packed = new List<PackedRun>();
        var journals = StoredJournals.ReadAsync(connection, FindSql, cancel, Commands.Parameter<long>(runsMax));
        await foreach (var journal in journals.ConfigureAwait(false)) packed.Add(Pack(journal, chain));
        return packed;
    }

    /// <summary>Puts packed journals in the place of segments, where those are still what was packed.</summary>
    /// <returns>How many runs were looked at.</returns>
    public static async Task<int> WriteAsync(OwnerSession session, List<PackedRun> runs)
    {
        var connection = session.Connection;
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var same = await StillSameAsync(connection, runs).ConfigureAwait(false);
        if (same.Count > 0) await ReplaceAsync(connection, same).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return runs.Count;
    }

    // One that cannot be unpacked, or whose chain is broken, is not made worse by writing it anew: `aos doctor` says
    // how it stands.
    private static PackedRun Pack(StoredJournal journal, ChainCheck chain)
    {
        var segments = journal.Segments;
        var last = segments.Count == 0 ? null : segments[^1];
        var lastSeq = last is null ? 0 : last.FirstSeq + last.Count - 1;
        return last is null || lastSeq > int.MaxValue || journal.Fault is not null
            || chain.Fault(segments, journal.Seq, journal.Head) is not null
            ? new PackedRun(journal.RunNo, journal.Rows, lastSeq, default, Packed: null, [])
            : new PackedRun(journal.RunNo, journal.Rows, lastSeq, last.Hash, PackedJournal.Pack(segments),
                NamedBlobs.In(segments));
    }

    /// <summary>Those that were not pruned, packed or appended to in the meantime. Until the transaction ends, nobody
    /// does so: each of these locks the row of the run first.</summary>
    private static async Task<List<PackedRun>> StillSameAsync(NpgsqlConnection connection, List<PackedRun> runs)
    {
        var held = await connection.QueryAsync(HoldSql, static row => row.GetInt64(0), CancellationToken.None,
            Numbers(runs)).ConfigureAwait(false);
        var segments = (await connection.QueryAsync(CountSql,
                static row => (RunNo: row.GetInt64(0), Rows: row.GetInt64(1), LastSeq: row.GetInt64(2)),
                CancellationToken.None, Numbers(runs)).ConfigureAwait(false))
            .ToDictionary(row => row.RunNo, row => (row.Rows, row.LastSeq));
        var isHeld = held.ToHashSet();
        return runs.FindAll(run => isHeld.Contains(run.RunNo)
            && (run.Packed is null || segments.GetValueOrDefault(run.RunNo) == (run.Rows, run.LastSeq)));
    }

    private static async Task ReplaceAsync(NpgsqlConnection connection, List<PackedRun> runs)
    {
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        var packed = runs.FindAll(run => run.Packed is not null);
        if (packed.Count > 0)
        {
            batch.Add("DELETE FROM segments WHERE run_no = ANY ($1)").With(RunNos(packed));
            foreach (var chunk in AppendStatements.Chunks(packed, run => run.Packed!.Value.Events.Length))
                AddInsert(batch, chunk);
            BlobNames.AddInsert(batch, packed);
            AddMark(batch, packed, Done);
        }

        if (packed.Count < runs.Count) AddMark(batch, runs.FindAll(run => run.Packed is null), LeftAlone);
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static void AddInsert(NpgsqlBatch batch, List<PackedRun> packed) => batch.Add(InsertSql)
        .With(RunNos(packed))
        .With(packed.ConvertAll(run => (int)run.LastSeq).ToArray())
        .With(packed.ConvertAll(run => run.Packed!.Value.Events).ToArray())
        .With(packed.ConvertAll(run => run.Hash).ToArray())
        .With(packed.ConvertAll(run => run.Packed!.Value.Links).ToArray());

    private static void AddMark(NpgsqlBatch batch, List<PackedRun> runs, short how) =>
        batch.Add("UPDATE runs SET packed = $2 WHERE run_no = ANY ($1)").With(RunNos(runs)).With(how);

    private static NpgsqlParameter Numbers(List<PackedRun> runs) => Commands.Parameter(RunNos(runs));

    private static long[] RunNos(List<PackedRun> runs) => runs.ConvertAll(run => run.RunNo).ToArray();
}
