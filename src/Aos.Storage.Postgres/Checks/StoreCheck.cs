using System.Data;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Journal;
using Aos.Storage.Postgres.Records;
using Aos.Storage.Postgres.Schema;
using Aos.Storage.Postgres.Skills;
using Npgsql;

namespace Aos.Storage.Postgres.Checks;

/// <summary>Reads the whole store and says what is wrong with it.</summary>
internal static class StoreCheck
{
    private const int FindingsMax = 100;

    private static readonly (string What, string Sql)[] Orphans =
    [
        ("segments", Orphaned("segments")),
        ("approvals", Orphaned("approvals")),
        ("facts of the inbox", Orphaned("inbox")),
        ("names of blobs", Orphaned("blob_names")),
    ];

    /// <summary>Checks the store as it is at one moment.</summary>
    /// <returns>At most 100 findings; none where all is well.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlConnection connection, StoreAddress store, CancellationToken cancel)
    {
        var findings = new List<string>();
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel)
                .ConfigureAwait(false);
            await using var _ = snapshot.ConfigureAwait(false);
            foreach (var (what, sql) in Orphans)
            {
                var count = (await ReadAsync(connection, sql, static row => $"{row.GetInt64(0)}", cancel)
                    .ConfigureAwait(false))[0];
                if (count != "0") findings.Add($"{count} {what} belong to no run.");
            }

            findings.AddRange(await ReadAsync(connection, LedgerFaults.LeakedSql,
                static row => LedgerFaults.Leaked(row.GetString(0)), cancel).ConfigureAwait(false));
            findings.AddRange(
                await ReadAsync(connection, LedgerFaults.UnbalancedSql, static row => LedgerFaults.Unbalanced(
                row.GetString(0), EscapedText.To(row.GetString(1)), row.GetString(2)), cancel).ConfigureAwait(false));
            await CheckRunsAsync(connection, findings, cancel).ConfigureAwait(false);
            findings.AddRange(await ReadAsync(connection, "SELECT digest, bytes FROM blobs", CheckBlob, cancel)
                .ConfigureAwait(false));
            foreach (var skill in await SkillTable.ListAsync(connection, store.Name, cancel).ConfigureAwait(false))
                if (SkillFaults.Of(skill) is { } fault) findings.Add(fault);
            var audit = new AuditChainCheck();
            findings.AddRange(
                await ReadAsync(connection, AuditTable.AllSql, row => audit.Fault(AuditTable.Read(row)), cancel)
                .ConfigureAwait(false));
        }
        catch (PostgresException damage)
            when (damage.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted)
        {
            findings.Add(PostgresFailure.From(damage, store).Message);
        }

        if (findings.Count > FindingsMax) findings.RemoveRange(FindingsMax, findings.Count - FindingsMax);
        return findings;
    }

    private static string Orphaned(string table) =>
        $"SELECT count(*) FROM {table} t WHERE NOT EXISTS (SELECT FROM runs r WHERE r.run_no = t.run_no)";

    private static async Task CheckRunsAsync(
        NpgsqlConnection connection, List<string> findings, CancellationToken cancel)
    {
        using var chain = new ChainCheck();
        await foreach (var journal in StoredJournals.ReadAsync(connection, "runs", cancel).ConfigureAwait(false))
        {
            if (findings.Count >= FindingsMax) return;
            if ((journal.Fault ?? chain.Fault(journal.Segments, journal.Seq, journal.Head, journal.HasEnded))
                is { } fault)
                findings.Add($"{journal.Id}: {fault}");
        }
    }

    private static string? CheckBlob(NpgsqlDataReader row)
    {
        var name = Convert.ToHexStringLower(row.Bytes(0));
        return Digest.Of(row.Bytes(1)).Hex.SequenceEqual(name)
            ? null
            : $"The bytes stored as sha256:{name} have another digest.";
    }

    // Whole tables pass by: no limit of time, and nothing is kept but what is wrong.
    private static async Task<List<string>> ReadAsync(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, string?> check, CancellationToken cancel)
    {
        var found = new List<string>();
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            if (check(reader) is { } finding && found.Count <= FindingsMax) found.Add(finding);
        return found;
    }
}
