using System.Security.Cryptography;
using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Testing.Storage;

/// <summary>A store in memory with the behaviour of the real ones, for tests and simulations. Thread-safe.</summary>
/// <param name="state">What it holds; shared with the other processes of the test.</param>
public sealed partial class MemoryStore(MemoryStoreState state) : IStore, IRecordStore
{
    private const int HashBytes = 32;
    private const int ListMax = 1_000;

    private (ErrorCode Code, bool Written)? _appendFault;
    private bool _expired;

    /// <inheritdoc />
    public string Owner { get; } = Register(state);

    /// <summary>Whether a process may go on to append after an append failed. Default: no.</summary>
    public bool AppendsAfterFailure { get; set; }

    /// <summary>Makes the next append fail, as a disk does: nobody is told whether it was written.</summary>
    /// <param name="code">The code of the failure.</param>
    /// <param name="written">Whether it was.</param>
    public void FailNextAppend(ErrorCode code, bool written) => _appendFault = (code, written);

    /// <summary>Lets the process lose its hold on its runs without knowing: others may adopt them, and it goes on to
    /// read and write until it finds out.</summary>
    public void Expire()
    {
        lock (state.Gate) _expired = state.AliveOwners.Remove(Owner);
    }

    /// <summary>Ends the process: its runs have no living owner, and this instance answers nothing more.</summary>
    public void Crash()
    {
        lock (state.Gate)
        {
            state.AliveOwners.Remove(Owner);
            _expired = false;
        }
    }

    /// <inheritdoc />
    public ValueTask<AppendResult[]> AppendAsync(ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        foreach (var slice in slices.Span) Require(slice);
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var fault = _appendFault;
            _appendFault = null;
            if (fault is { Written: false } lost) throw Fault(lost.Code);
            var results = Append(slices.Span);
            return fault is { } unknown ? throw Fault(unknown.Code) : ValueTask.FromResult(results);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<JournalSegment> segments = state.RunsById.TryGetValue(runId, out var run)
                ? [.. run.Segments.Where(segment => segment.FirstSeq + segment.Count - 1 > afterSeq)]
                : [];
            return ValueTask.FromResult(segments);
        }
    }

    /// <inheritdoc />
    public ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(state.Blobs.GetValueOrDefault(digest)?.ToArray());
        }
    }

    /// <inheritdoc />
    public ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(state.RunsById.GetValueOrDefault(runId)?.Row);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} runs.");
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var end = filter.Before is { } before
                ? state.Runs.FindIndex(run => run.Row.RunId == before)
                : state.Runs.Count;
            IReadOnlyList<RunRow> rows =
            [
                .. state.Runs.Take(Math.Max(end, 0)).Reverse().Select(run => run.Row)
                    .Where(row => filter.Statuses.Count == 0 || filter.Statuses.Contains(row.Status))
                    .Where(row => filter.Tenant is null || row.Tenant == filter.Tenant)
                    .Where(row => filter.AgentId is null || row.AgentId == filter.AgentId).Take(filter.Limit),
            ];
            return ValueTask.FromResult(rows);
        }
    }

    /// <inheritdoc />
    public ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(Adopt(runId));
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<int?>> AdoptManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<int?> epochs = [.. runIds.Select(Adopt)];
            return ValueTask.FromResult(epochs);
        }
    }

    /// <inheritdoc />
    public ValueTask ReleaseAsync(RunId runId, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            if (state.RunsById.TryGetValue(runId, out var run) && IsMine(run)) run.Row = run.Row with { Owner = null };
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<ApprovalRow> rows =
            [
                .. state.Approvals.Where(row => !openOnly || row.Status == ApprovalStatus.Open)
                    .OrderBy(row => row.RequestedAt).Select(WithTenant),
            ];
            return ValueTask.FromResult(rows);
        }
    }

    /// <inheritdoc />
    public ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(state.Approvals.Find(row => row.Id == id) is { } row ? WithTenant(row) : null);
        }
    }

    private ApprovalRow WithTenant(ApprovalRow row) => row with { Tenant = state.RunsById[row.RunId].Row.Tenant };

    /// <inheritdoc />
    public ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            if (!state.RunsById.TryGetValue(runId, out var run) || run.Row.IsEnded) return ValueTask.FromResult(false);
            state.Inbox.Add(new InboxItem(state.NextFact(), runId, fact.ToArray()));
            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> PostDecisionAsync(ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            if (state.Approvals.Find(row => row.Id == id) is not { Status: ApprovalStatus.Open } request
                || state.RunsById[request.RunId].Row.IsEnded
                || (state.Decisions.TryGetValue(id, out var fact) && state.Inbox.Exists(item => item.Id == fact)))
                return ValueTask.FromResult(false);
            state.Decisions[id] = state.NextFact();
            state.Inbox.Add(new InboxItem(state.Decisions[id], request.RunId, decision.ToArray()));
            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(state.RunsById.TryGetValue(runId, out var run) && !run.Row.IsEnded
                && run.Row.Owner is { } owner && state.AliveOwners.Contains(owner));
        }
    }

    /// <inheritdoc />
    public ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            state.Inbox.RemoveAll(item => inboxIds.Contains(item.Id) && IsMine(state.RunsById[item.RunId]));
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<InboxItem> items = [.. state.Inbox.Where(item => IsMine(state.RunsById[item.RunId]))];
            return ValueTask.FromResult(items);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var refused = new List<SkillRow>();
            foreach (var skill in skills)
            {
                var recorded = state.Skills.Find(row => (row.Name, row.Version) == (skill.Name, skill.Version));
                if (recorded is null) state.Skills.Add(skill with { Contract = skill.Contract.ToArray() });
                else if (recorded.Digest != skill.Digest) refused.Add(skill);
            }

            return ValueTask.FromResult<IReadOnlyList<SkillRow>>(refused);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<SkillRow> rows =
            [
                .. state.Skills.OrderBy(row => row.Name, StringComparer.Ordinal)
                    .ThenBy(row => SkillVersion.Parse(row.Version)),
            ];
            return ValueTask.FromResult(rows);
        }
    }

    /// <summary>Answers 0: memory keeps journals as they are.</summary>
    public ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel)
    {
        if (runsMax is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(
                nameof(runsMax), runsMax, $"1 to {ListMax} runs are compacted at a time.");
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(0);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var audit = new AuditChainCheck();
            IReadOnlyList<string> findings = [.. state.Runs.Where(run => !IsChained(run)).Select(run =>
                $"{run.Row.RunId}: the hash chain is broken, or does not confirm the row"), .. LedgerFaults(),
                .. state.Audit.Select(audit.Fault).OfType<string>()];
            return ValueTask.FromResult(findings);
        }
    }

    /// <summary>Closes the store and frees the runs of this process for others.</summary>
    public ValueTask DisposeAsync()
    {
        Crash();
        return ValueTask.CompletedTask;
    }

    private static string Register(MemoryStoreState state)
    {
        lock (state.Gate) return state.AddOwner();
    }

    private static StoreException Fault(ErrorCode code) => new(code, "A fault of the test.");

    private static bool IsChained(MemoryRun run)
    {
        var hash = new byte[HashBytes];
        var confirmed = false;
        foreach (var segment in run.Segments)
        {
            hash = SHA256.HashData([.. hash, .. segment.Events.Span]);
            if (!segment.Hash.Span.SequenceEqual(hash)) return false;
            confirmed |= segment.FirstSeq + segment.Count - 1 == run.Row.Seq && run.Row.Head.Span.SequenceEqual(hash);
        }

        return confirmed;
    }

    private bool IsMine(MemoryRun run) => string.Equals(run.Row.Owner, Owner, StringComparison.Ordinal);

    private void RequireAlive(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!_expired && !state.AliveOwners.Contains(Owner))
            throw new StoreException(ErrorCodes.StorageUnavailable, $"The process {Owner} of the test has ended.");
    }

    private int? Adopt(RunId runId)
    {
        if (!state.RunsById.TryGetValue(runId, out var run) || run.Row.IsEnded) return null;
        if (IsMine(run)) return run.Row.Epoch;
        if (run.Row.Owner is { } owner && state.AliveOwners.Contains(owner)) return null;
        run.Row = run.Row with
        {
            Crashes = run.Row.Crashes + (run.Row.Owner is null ? 0 : 1),
            Owner = Owner,
            Epoch = run.Row.Epoch + 1,
        };
        return run.Row.Epoch;
    }
}
