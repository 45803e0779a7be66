using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Failures;

/// <summary>The failures of a store, read from the journals of its newest runs. What was counted holds for a minute, so
/// that agents may ask as often as they like. Thread-safe.</summary>
internal sealed class FailureHistory(IStore store, TimeProvider time)
{
    /// <summary>How many runs are counted, the newest.</summary>
    public const int RunsMax = 200;

    private const int PageMax = 1_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Counted> _counted = new(StringComparer.Ordinal);

    /// <summary>The recovery records of the newest runs of a tenant; null: of all tenants.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<IReadOnlyList<RecoveryRecord>> RecordsAsync(string? tenant, CancellationToken cancel)
    {
        if (_counted.TryGetValue(tenant ?? "", out var counted) && time.GetElapsedTime(counted.At) < Fresh)
            return counted.Records;
        var entries = new List<FailureLogEntry>();
        await foreach (var entry in LogAsync(tenant, RunsMax, cancel).ConfigureAwait(false)) entries.Add(entry);
        return (_counted[tenant ?? ""] = new Counted(time.GetTimestamp(), FailureLog.Count(entries))).Records;
    }

    /// <summary>The record of a skill and code; null where it never failed so.</summary>
    public static RecoveryRecord? Find(IReadOnlyList<RecoveryRecord> records, SkillName skill, ErrorCode code)
    {
        foreach (var record in records)
            if (record.Skill == skill && record.Code == code) return record;
        return null;
    }

    /// <summary>The failed attempts of the newest runs, run by run, the newest run first.</summary>
    /// <param name="tenant">Whose runs; null: those of all tenants.</param>
    /// <param name="runsMax">How many runs are read at most.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async IAsyncEnumerable<FailureLogEntry> LogAsync(
        string? tenant, int runsMax, [EnumeratorCancellation] CancellationToken cancel)
    {
        RunId? before = null;
        for (var left = runsMax; left > 0;)
        {
            var limit = Math.Min(left, PageMax);
            var page = await store.ListRunsAsync(
                new RunFilter { Tenant = tenant, Before = before, Limit = limit }, cancel).ConfigureAwait(false);
            foreach (var row in page)
            {
                // What cannot be read is in quarantine, and has nothing to say here.
                if (row.Status == RunStatus.Quarantined) continue;
                var log = new FailureLog(row.RunId);
                foreach (var segment in await store.ReadAsync(row.RunId, 0, cancel).ConfigureAwait(false))
                    foreach (var e in JournalReader.Decode(row.RunId, segment)) log.Take(e);
                foreach (var entry in log.Entries) yield return entry;
            }
            if (page.Count < limit) yield break;
            (before, left) = (page[^1].RunId, left - page.Count);
        }
    }

    private sealed record Counted(long At, IReadOnlyList<RecoveryRecord> Records);
}
