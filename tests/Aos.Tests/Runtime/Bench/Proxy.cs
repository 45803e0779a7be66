using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Tests.Runtime.Bench;

/// <summary>A store that passes everything on.</summary>
internal abstract class Proxy(IStore inner) : IStore, IRecordStore
{
    private IRecordStore Records => (IRecordStore)inner;

    public bool AppendsAfterFailure => inner.AppendsAfterFailure;

    public string Owner => inner.Owner;

    public virtual ValueTask<AppendResult[]> AppendAsync(
        ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel) => inner.AppendAsync(slices, cancel);

    public virtual ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(
        RunId runId, long afterSeq, CancellationToken cancel) => inner.ReadAsync(runId, afterSeq, cancel);

    public virtual ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        inner.ReadBlobAsync(digest, cancel);

    public virtual ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel) =>
        inner.FindRunAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel) =>
        inner.ListRunsAsync(filter, cancel);

    public virtual ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel) => inner.AdoptAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<int?>> AdoptManyAsync(
        IReadOnlyList<RunId> runIds, CancellationToken cancel) => inner.AdoptManyAsync(runIds, cancel);

    public virtual ValueTask ReleaseAsync(RunId runId, CancellationToken cancel) => inner.ReleaseAsync(runId, cancel);

    public virtual ValueTask ReleaseManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel) =>
        inner.ReleaseManyAsync(runIds, cancel);

    public virtual ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        inner.ListApprovalsAsync(openOnly, cancel);

    public virtual ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        inner.FindApprovalAsync(id, cancel);

    public virtual ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
        inner.PostAsync(runId, fact, cancel);

    public virtual ValueTask<bool> PostDecisionAsync(
        ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel) =>
        inner.PostDecisionAsync(id, decision, cancel);

    public virtual ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel) =>
        inner.IsOwnedAsync(runId, cancel);

    public virtual ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel) =>
        inner.ReadInboxAsync(cancel);

    public virtual ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel) =>
        inner.DiscardAsync(inboxIds, cancel);

    public virtual ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel) => inner.RecordSkillsAsync(skills, cancel);

    public virtual ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel) =>
        inner.ListSkillsAsync(cancel);

    public virtual ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(
        string tenant, string day, CancellationToken cancel) => inner.ReadLedgerAsync(tenant, day, cancel);

    public virtual ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(
        ChargeFilter filter, CancellationToken cancel) => inner.ListChargesAsync(filter, cancel);

    public virtual ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) => inner.CheckAsync(cancel);

    public virtual ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel) =>
        inner.CompactAsync(runsMax, cancel);

    public virtual ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel) =>
        inner.PruneAsync(request, cancel);

    public virtual ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel) => inner.SweepBlobsAsync(cancel);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();

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
}
