using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage;

/// <summary>Where runs are kept. One instance a process and store; thread-safe.</summary>
/// <remarks>Every method throws <see cref="StoreException"/> where the store cannot be read or written, and nothing
/// else but cancellation, and <see cref="ArgumentException"/> for what no caller may hand over. An embedded store works
/// on the calling thread. Moments are kept to the microsecond, in UTC.</remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>This process among those that open the store. Held by a lock of the operating system, so that it is
    /// free again when the process dies, however it dies.</summary>
    string Owner { get; }

    /// <summary>Whether this process may go on to append after an append failed with an unknown outcome: what it reads
    /// from then on is durable. Not so where a flush failed on a disk of this machine: what was lost there can still be
    /// read, and another process has to look. Default: no.</summary>
    bool AppendsAfterFailure => false;

    /// <summary>Appends events of several runs, each run's all or nothing, durable on return. A slice names the
    /// sequence number that it follows, which keeps a second writer out. Slices of one run may follow each other. Only
    /// the owner of a run appends to it; a new run belongs to the process that began it, with epoch 1.</summary>
    /// <remarks>With the row of a run that has ended, what is left in its inbox is removed.</remarks>
    /// <returns>For each slice, in order, whether it was written. <see cref="AppendResult.Conflict"/>: the run has gone
    /// on, or is not this process's, or exists already where the slice begins it. <see cref="AppendResult.OverLimit"/>:
    /// an account has no room for what the slice holds. Nothing of this slice was written, and nothing of later slices
    /// of the same run in this call.</returns>
    /// <exception cref="StoreException">Outcome unknown: read again before deciding anything.</exception>
    ValueTask<AppendResult[]> AppendAsync(ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel);

    /// <summary>The segments of a run that hold events after a sequence number, in order; empty where there are none.
    /// The first may begin before it.</summary>
    ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel);

    /// <summary>Reads a blob; null where there is none of that name.</summary>
    ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel);

    /// <summary>The row of a run; null where there is none.</summary>
    ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel);

    /// <summary>Rows of runs, newest first: in the reverse order of their first append.</summary>
    ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel);

    /// <summary>Makes this process the owner of an open run whose owner is gone, and raises the run's epoch. Where the
    /// owner died, rather than released the run, <see cref="RunRow.Crashes"/> is raised in the same transaction.
    /// Durable on return.</summary>
    /// <returns>The new epoch, or the present one where this process owns the run already; null where the run is not
    /// open, or its owner is alive, or another process was faster.</returns>
    ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel);

    /// <summary>Adopts many runs in one transaction.</summary>
    /// <returns>For each run, in order, what <see cref="AdoptAsync"/> returns.</returns>
    ValueTask<IReadOnlyList<int?>> AdoptManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel);

    /// <summary>Gives up the ownership of an open run, so that another process may adopt it at once. Nothing
    /// happens where this process does not own it.</summary>
    ValueTask ReleaseAsync(RunId runId, CancellationToken cancel);

    /// <summary>Whether a living process owns a run that has not ended: this one, or another. False where the run is
    /// not there.</summary>
    ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel);

    /// <summary>Gives up the ownership of many runs, as <see cref="ReleaseAsync"/> does; in one transaction where the
    /// store can.</summary>
    async ValueTask ReleaseManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel)
    {
        foreach (var runId in runIds) await ReleaseAsync(runId, cancel).ConfigureAwait(false);
    }

    /// <summary>Approval requests, oldest first.</summary>
    ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel);

    /// <summary>One approval request; null where there is none.</summary>
    ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel);

    /// <summary>Leaves a fact for the owner of an open run: a decision, a cancellation, a settlement. Durable on
    /// return.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="fact">The event, encoded as in the journal.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False where there is no such run or it has ended: nothing was left.</returns>
    ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel);

    /// <summary>Leaves a decision on an approval request for the owner of its run, as <see cref="PostAsync"/> does. Of
    /// several decisions on one request the first is left, whoever makes them: one that the owner discards frees the
    /// request again.</summary>
    /// <param name="id">The request.</param>
    /// <param name="decision">The event, encoded as in the journal.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False where there is no such request, or it is closed, or a decision on it waits already: nothing was
    /// left.</returns>
    ValueTask<bool> PostDecisionAsync(ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel);

    /// <summary>The facts left for runs that this process owns, oldest first. They stay until a slice consumes
    /// them.</summary>
    ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel);

    /// <summary>Removes facts from the inbox that the run took no notice of. Durable on return; one that is gone, or of
    /// a run that this process does not own, is passed over.</summary>
    ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel);

    /// <summary>Records the contracts of the skills that this process offers. A version that is recorded with another
    /// digest is refused: published contracts do not change.</summary>
    /// <returns>The versions that were refused.</returns>
    ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(IReadOnlyList<SkillRow> skills, CancellationToken cancel);

    /// <summary>The recorded skill versions, by name and version.</summary>
    ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel);

    /// <summary>The accounts of a tenant's ledger in a day and in its month; those that nothing was counted in are
    /// missing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="day">The day, as <c>2026-11-23</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(string tenant, string day, CancellationToken cancel);

    /// <summary>What runs that count in a month hold or have spent, the dearest first. Runs that were pruned are
    /// missing.</summary>
    ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(ChargeFilter filter, CancellationToken cancel);

    /// <summary>Keeps the journals of runs that have ended in less room: at most so many runs, oldest first, in one
    /// transaction. What <see cref="ReadAsync"/> gives is the same before and after, segment by segment, and so is what
    /// <see cref="CheckAsync"/> finds. Never touches an open run, nor one whose chain is broken.</summary>
    /// <param name="runsMax">How many runs at most, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait; what was done stays.</param>
    /// <returns>How many runs were looked at; fewer than asked for where nothing more is left to do. A store that keeps
    /// journals small from the beginning answers 0.</returns>
    ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel);

    /// <summary>Removes runs that have ended: journal, row, approval requests and what is left in the inbox. At most
    /// <see cref="PruneRequest.Limit"/> runs, oldest first, in one transaction. Blobs stay until
    /// <see cref="SweepBlobsAsync"/>.</summary>
    /// <returns>What was removed; with <see cref="PruneRequest.DryRun"/> what would be, of all runs that
    /// match.</returns>
    ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel);

    /// <summary>Removes every blob whose digest stands in no journal (as <c>sha256:</c> and 64 digits, wherever). A
    /// blob that a slice brings while this goes on stays.</summary>
    /// <returns>How many blobs were removed, and their bytes.</returns>
    ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel);

    /// <summary>Checks the store: the engine's own integrity check, the sequence and the hash chain of every run, the
    /// digest of every blob, the ledger against what its runs hold and spent, and the chain of the audit log. Reads all
    /// of it.</summary>
    /// <returns>What is wrong; empty where nothing is.</returns>
    ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel);
}
