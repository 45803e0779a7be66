using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.TestShared;

/// <summary>A store in front of another one.</summary>
internal abstract class StoreDecorator(IStore inner) : IStore, IRecordStore
{
    protected IStore Inner { get; } = inner;

    private IRecordStore Records => (IRecordStore)Inner;

    public string Owner => Inner.Owner;

    public virtual bool AppendsAfterFailure => Inner.AppendsAfterFailure;

    public virtual ValueTask<AppendResult[]> AppendAsync(
        ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel) =>
        Inner.AppendAsync(slices, cancel);

    public virtual ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(
        RunId runId, long afterSeq, CancellationToken cancel) =>
        Inner.ReadAsync(runId, afterSeq, cancel);

    public virtual ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        Inner.ReadBlobAsync(digest, cancel);

    public virtual ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel) =>
        Inner.FindRunAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel) =>
        Inner.ListRunsAsync(filter, cancel);

    public virtual ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel) => Inner.AdoptAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<int?>> AdoptManyAsync(
        IReadOnlyList<RunId> runIds, CancellationToken cancel) =>
        Inner.AdoptManyAsync(runIds, cancel);

    public virtual ValueTask ReleaseAsync(RunId runId, CancellationToken cancel) => Inner.ReleaseAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        Inner.ListApprovalsAsync(openOnly, cancel);

    public virtual ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        Inner.FindApprovalAsync(id, cancel);

    public virtual ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
        Inner.PostAsync(runId, fact, cancel);

    public virtual ValueTask<bool> PostDecisionAsync(
        ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel) =>
        Inner.PostDecisionAsync(id, decision, cancel);

    public virtual ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel) =>
        Inner.IsOwnedAsync(runId, cancel);

    public virtual ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel) =>
        Inner.CompactAsync(runsMax, cancel);

    public virtual ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel) =>
        Inner.PruneAsync(request, cancel);

    public virtual ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel) => Inner.SweepBlobsAsync(cancel);

    public virtual ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel) =>
        Inner.DiscardAsync(inboxIds, cancel);

    public virtual ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel) =>
        Inner.ReadInboxAsync(cancel);

    public virtual ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel) =>
        Inner.RecordSkillsAsync(skills, cancel);

    public virtual ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel) =>
        Inner.ListSkillsAsync(cancel);

    public virtual ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(
        string tenant, string day, CancellationToken cancel) =>
        Inner.ReadLedgerAsync(tenant, day, cancel);

    public virtual ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(
        ChargeFilter filter, CancellationToken cancel) =>
        Inner.ListChargesAsync(filter, cancel);

    public virtual ValueTask<StoredRecord?> FindRecordAsync(
        string kind, string tenant, string id, CancellationToken cancel) =>
        Records.FindRecordAsync(kind, tenant, id, cancel);

    public virtual ValueTask<IReadOnlyList<StoredRecord>> ListRecordsAsync(
        string kind, string tenant, string? after, int limit, CancellationToken cancel) =>
        Records.ListRecordsAsync(kind, tenant, after, limit, cancel);

    public virtual ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel) =>
        Records.PutRecordAsync(change, cancel);

    public virtual ValueTask<AuditRow> AppendAuditAsync(
        string tenant, ReadOnlyMemory<byte> entry, CancellationToken cancel) =>
        Records.AppendAuditAsync(tenant, entry, cancel);

    public virtual ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(
        string? tenant, long afterSeq, int limit, CancellationToken cancel) =>
        Records.ReadAuditAsync(tenant, afterSeq, limit, cancel);

    public virtual ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) => Inner.CheckAsync(cancel);

    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
}
