using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Cli.Invocation;

/// <summary>The store of a command that keeps nothing, such as a simulation, where none is to be made: nothing is in
/// it, and nothing can be put into it.</summary>
internal sealed class NoStore : IStore
{
    public string Owner => "none";

    public ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        ValueTask.FromResult<byte[]?>(null);

    public ValueTask<AppendResult[]> AppendAsync(ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel) =>
        throw Unwritable();

    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<JournalSegment>>([]);

    public ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel) =>
        ValueTask.FromResult<RunRow?>(null);

    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<RunRow>>([]);

    public ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel) => throw Unwritable();

    public ValueTask<IReadOnlyList<int?>> AdoptManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel) =>
        throw Unwritable();

    public ValueTask ReleaseAsync(RunId runId, CancellationToken cancel) => throw Unwritable();

    public ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel) => ValueTask.FromResult(false);

    public ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<ApprovalRow>>([]);

    public ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        ValueTask.FromResult<ApprovalRow?>(null);

    public ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
        throw Unwritable();

    public ValueTask<bool> PostDecisionAsync(ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel) =>
        throw Unwritable();

    public ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<InboxItem>>([]);

    public ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel) => throw Unwritable();

    public ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel) =>
        throw Unwritable();

    public ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<SkillRow>>([]);

    public ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(string tenant, string day, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<LedgerRow>>([]);

    public ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(ChargeFilter filter, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<RunCharge>>([]);

    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<string>>([]);

    public ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel) => ValueTask.FromResult(0);

    public ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel) => throw Unwritable();

    public ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel) => throw Unwritable();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static StoreException Unwritable() =>
        new(ErrorCodes.StorageUnavailable, "This command keeps nothing, and so it has no store.");
}
