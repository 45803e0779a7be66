using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>A run that has ended, packed beside the store.</summary>
/// <param name="RunNo">Its number.</param>
/// <param name="RunId">The run.</param>
/// <param name="Rows">How many rows of segments there were.</param>
/// <param name="LastSeq">Its last event.</param>
/// <param name="Hash">The last hash.</param>
/// <param name="Packed">The journal; null where its chain is broken and it stays as it is.</param>
/// <param name="Names">The digests that it names.</param>
internal sealed record PackedRun(
    long RunNo, RunId RunId, long Rows, long LastSeq, ReadOnlyMemory<byte> Hash, PackedJournal? Packed,
    HashSet<string> Names);

/// <summary>Packs the journals of runs that have ended. Compressing needs no lock; what it found is looked at again
/// when it is written.</summary>
internal static class Packer
{
    // Packed as its chain allows, and looked at but left as it is.
    private const int Done = 1;
    private const int LeftAlone = 2;

    private const string FindSql = """
        SELECT run_no, id, seq, head FROM runs INDEXED BY runs_unpacked
        WHERE packed = 0 AND status IN ('completed', 'failed', 'cancelled') ORDER BY run_no LIMIT ?1
        """;

    private const string SameSql = """
        SELECT count(*), max(first_seq + count - 1) FROM segments
        WHERE run_no = (SELECT run_no FROM runs WHERE run_no = ?1 AND packed = 0 AND status IN ('completed', 'failed', 'cancelled'))
        """;

    private const string InsertSql =
        "INSERT INTO segments (run_no, first_seq, count, events, hash, links) VALUES (?1, 1, ?2, ?3, ?4, ?5)";

    /// <summary>Packs the oldest runs that are not packed, without writing anything.</summary>
    public static IReadOnlyList<PackedRun> Prepare(Connection connection, int runsMax)
    {
        using var snapshot = connection.BeginSnapshot();
        using var chain = new ChainCheck();
        var found = new List<(long RunNo, RunId RunId, long Seq, byte[] Head)>();
        var find = connection.Prepare(FindSql).Bind(1, runsMax);
        while (find.Step())
            found.Add(
                (find.Integer(0), StoredText.Scalar<RunId>(find.Text(1), connection.Path), find.Integer(2),
                    find.Blob(3)));
        return found.ConvertAll(run => Prepare(connection, chain, run.RunNo, run.RunId, run.Seq, run.Head));
    }

    /// <summary>Puts packed journals in the place of segments, where those are still what was packed.</summary>
    public static int Write(WriteSession session, IReadOnlyList<PackedRun> runs)
    {
        foreach (var run in runs) Write(session, run);
        return runs.Count;
    }

    private static PackedRun Prepare(
        Connection connection, ChainCheck chain, long runNo, RunId runId, long seq, byte[] head)
    {
        var rows = connection.Prepare("SELECT count(*) FROM segments WHERE run_no = ?1").Bind(1, runNo);
        rows.Step();
        var count = rows.Integer(0);
        rows.Reset();
        List<JournalSegment> segments;
        try
        {
            segments = SegmentTable.ReadAll(connection, runNo);
        }
        catch (StoreException)
        {
            // Damaged: `aos doctor` says how. It is not made worse by rewriting it.
            return new PackedRun(runNo, runId, count, 0, default, Packed: null, []);
        }

        if (segments.Count == 0 || chain.Fault(segments, seq, head) is not null)
            return new PackedRun(runNo, runId, count, 0, default, Packed: null, []);
        var lastSeq = segments[^1].FirstSeq + segments[^1].Count - 1;
        return new PackedRun(
            runNo, runId, count, lastSeq, segments[^1].Hash, PackedJournal.Pack(segments), NamedBlobs.In(segments));
    }

    private static void Write(WriteSession session, PackedRun run)
    {
        var connection = session.Connection;
        if (run.Packed is not { } packed)
        {
            Mark(session, run, LeftAlone);
            return;
        }

        var same = connection.Prepare(SameSql).Bind(1, run.RunNo);
        same.Step();
        var isSame = same.Integer(0) == run.Rows && same.Integer(1) == run.LastSeq;
        same.Reset();
        if (!isSame) return; // Pruned, packed or appended to in the meantime.
        connection.Prepare("DELETE FROM segments WHERE run_no = ?1").Bind(1, run.RunNo).Run();
        connection.Prepare(InsertSql).Bind(1, run.RunNo).Bind(2, run.LastSeq).Bind(3, packed.Events.Span)
            .Bind(4, run.Hash.Span).Bind(5, packed.Links.Span).Run();
        BlobNames.Add(connection, run.RunNo, run.Names);
        Mark(session, run, Done);
    }

    private static void Mark(WriteSession session, PackedRun run, int how)
    {
        session.Wrote = true;
        session.Runs.Forget(run.RunId);
        session.Connection.Prepare("UPDATE runs SET packed = ?2 WHERE run_no = ?1").Bind(1, run.RunNo)
            .Bind(2, how).Run();
    }
}
