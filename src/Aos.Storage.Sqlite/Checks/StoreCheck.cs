using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Journal;
using Aos.Storage.Sqlite.Ledger;
using Aos.Storage.Sqlite.Records;
using Aos.Storage.Sqlite.Skills;

namespace Aos.Storage.Sqlite.Checks;

/// <summary>Reads the whole store and says what is wrong with it.</summary>
internal static class StoreCheck
{
    private const int FindingsMax = 100;

    private static readonly (string What, string Sql)[] Orphans =
    [
        ("segments", "SELECT count(*) FROM segments WHERE run_no NOT IN (SELECT run_no FROM runs)"),
        ("approvals", "SELECT count(*) FROM approvals WHERE run_no NOT IN (SELECT run_no FROM runs)"),
        ("facts of the inbox", "SELECT count(*) FROM inbox WHERE run_no NOT IN (SELECT run_no FROM runs)"),
    ];

    /// <summary>Checks the store.</summary>
    /// <returns>At most 100 findings; none where all is well.</returns>
    /// <exception cref="OperationCanceledException">The check was stopped.</exception>
    public static IReadOnlyList<string> Run(Connection connection, CancellationToken cancel)
    {
        var findings = new List<string>();
        using var stop = cancel.Register(static on => ((Connection)on!).Interrupt(), connection);
        try
        {
            using var snapshot = connection.BeginSnapshot();
            CheckEngine(connection, findings);
            foreach (var (what, sql) in Orphans)
                if (connection.Number(sql) is > 0 and var count) findings.Add($"{count} {what} belong to no run.");
            findings.AddRange(LedgerTable.FindFaults(connection, FindingsMax));
            CheckRuns(connection, findings, cancel);
            CheckBlobs(connection, findings, cancel);
            CheckSkills(connection, findings);
            if (AuditTable.FindFault(connection, cancel) is { } broken) findings.Add(broken);
        }
        catch (StoreException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (StoreException damage) when (damage.Code == ErrorCodes.StorageCorrupt)
        {
            findings.Add(damage.Message);
        }

        return findings;
    }

    private static void CheckEngine(Connection connection, List<string> findings)
    {
        var check = connection.Prepare($"PRAGMA integrity_check({FindingsMax})");
        while (check.Step())
            if (!string.Equals(check.Text(0), "ok", StringComparison.Ordinal)) findings.Add(check.Text(0));
    }

    private static void CheckRuns(Connection connection, List<string> findings, CancellationToken cancel)
    {
        using var chain = new ChainCheck();
        var runs = connection.Prepare(
            "SELECT run_no, id, seq, head, status IN ('completed', 'failed', 'cancelled') FROM runs ORDER BY run_no");
        while (runs.Step())
        {
            cancel.ThrowIfCancellationRequested();
            if (findings.Count >= FindingsMax) continue;
            if (Fault(connection, chain, runs) is { } fault) findings.Add($"{runs.Text(1)}: {fault}");
        }
    }

    private static string? Fault(Connection connection, ChainCheck chain, Statement run)
    {
        try
        {
            return chain.Fault(
                SegmentTable.ReadAll(connection, run.Integer(0)), run.Integer(2), run.Blob(3), run.Integer(4) != 0);
        }
        catch (StoreException unpackable)
        {
            return unpackable.Message;
        }
    }

    private static void CheckSkills(Connection connection, List<string> findings)
    {
        foreach (var skill in SkillTable.List(connection))
            if (findings.Count < FindingsMax && SkillFaults.Of(skill) is { } fault) findings.Add(fault);
    }

    private static void CheckBlobs(Connection connection, List<string> findings, CancellationToken cancel)
    {
        var blobs = connection.Prepare("SELECT digest, bytes FROM blobs");
        while (blobs.Step())
        {
            cancel.ThrowIfCancellationRequested();
            if (findings.Count >= FindingsMax) continue;
            var name = Convert.ToHexStringLower(blobs.BlobSpan(0));
            if (!Digest.Of(blobs.BlobSpan(1)).Hex.SequenceEqual(name))
                findings.Add($"The bytes stored as sha256:{name} have another digest.");
        }
    }
}
