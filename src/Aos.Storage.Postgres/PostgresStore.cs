using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Approvals;
using Aos.Storage.Postgres.Checks;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Inbox;
using Aos.Storage.Postgres.Journal;
using Aos.Storage.Postgres.Ledger;
using Aos.Storage.Postgres.Runs;
using Aos.Storage.Postgres.Skills;
using Npgsql;

namespace Aos.Storage.Postgres;

/// <summary>The shared store: one schema of a PostgreSQL database, which processes on many machines may open at once.
/// </summary>
/// <remarks>What is acknowledged survives the process, the server and its power, as far as the server keeps what it has
/// flushed. Thread-safe. One connection writes: call <see cref="AppendAsync"/> from one loop with all that has queued
/// up. The same connection holds the lock that proves that this process lives. Where it is lost, appends fail until it
/// is made anew, which the next call tries; runs may have gone to another process by then, and appending to those is a
/// conflict.</remarks>
public sealed partial class PostgresStore : IStore, IRecordStore
{
    private const int ListMax = 1_000;
    private const int SweepMax = 1_000;

    private readonly TimeProvider _time;
    private readonly StoreAddress _address;
    private readonly OwnerName _owner = OwnerName.Draw();
    private readonly NpgsqlDataSource _writing;
    private readonly Writer _writer;
    private readonly Readers _readers;

    private PostgresStore(StoreAddress address, PostgresStoreOptions options, TimeProvider time)
    {
        _time = time;
        _address = address;
        _writing = address.ForWriting();
        _writer = new Writer(
            address, cancel => OwnerSession.OpenAsync(_writing, address, options, _owner, time, cancel));
        _readers = new Readers(address.ForReading(), address, _writer);
    }

    /// <inheritdoc />
    public string Owner => _owner.Value;

    /// <inheritdoc />
    /// <remarks>The session that failed has ended, with its transaction, before anything is read again; and a server
    /// whose own flush failed ends, and recovers.</remarks>
    public bool AppendsAfterFailure => true;

    /// <summary>Opens the store of a schema. Makes the schema where there is none, and brings an older one forward;
    /// never removes or replaces anything.</summary>
    /// <param name="options">Where the store is and how it behaves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">The server cannot be reached, is too old or does not flush its commits; the
    /// user has no right to the schema; or the schema is damaged, of a newer version, or of another
    /// program.</exception>
    /// <exception cref="ArgumentException">The options cannot be used. The message shows nothing of the connection
    /// string.</exception>
    public static async ValueTask<PostgresStore> OpenAsync(
        PostgresStoreOptions options, TimeProvider time, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var store = new PostgresStore(StoreAddress.Parse(options), options, time);
        try
        {
            await store._writer.SettleAsync(cancel).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<AppendResult[]> AppendAsync(ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (slices.IsEmpty) return [];
        foreach (var slice in slices.Span) SliceCheck.Require(slice);
        return await _writer.AppendAsync(slices, BatchAppender.AppendAsync, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel) =>
        _readers.ReadAsync((runId, afterSeq, _address), SegmentTable.ReadAsync, cancel);

    /// <inheritdoc />
    public async ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel)
    {
        var bytes = await _readers.ReadAsync(digest, BlobTable.ReadAsync, cancel).ConfigureAwait(false);
        return bytes is null || Digest.Of(bytes) == digest
            ? bytes
            : throw PostgresFailure.Damaged(_address, $"the bytes stored as {digest} have another digest");
    }

    /// <inheritdoc />
    public ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel) =>
        _readers.ReadAsync((runId, _address.Name), RunRows.FindAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} runs.");
        return _readers.ReadAsync((filter, _address.Name), RunRows.ListAsync, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel) =>
        (await AdoptManyAsync([runId], cancel).ConfigureAwait(false))[0];

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<int?>> AdoptManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel) =>
        WriteAsync(runIds, Ownership.AdoptAsync, cancel);

    /// <inheritdoc />
    public async ValueTask ReleaseAsync(RunId runId, CancellationToken cancel) =>
        await ReleaseManyAsync([runId], cancel).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask ReleaseManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel)
    {
        if (runIds.Count > 0) await WriteAsync(runIds, Ownership.ReleaseAsync, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel) =>
        _readers.ReadAsync(runId, Ownership.IsOwnedAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        _readers.ReadAsync((openOnly, _address.Name), ApprovalTable.ListAsync, cancel);

    /// <inheritdoc />
    public ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        _readers.ReadAsync((id, _address.Name), ApprovalTable.FindAsync, cancel);

    /// <inheritdoc />
    public ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
        WriteAsync((runId, StoredTime.From(_time.GetUtcNow()), fact), InboxTable.PostAsync, cancel);

    /// <inheritdoc />
    public ValueTask<bool> PostDecisionAsync(ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel) =>
        WriteAsync((id, StoredTime.From(_time.GetUtcNow()), decision), InboxTable.PostDecisionAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel) =>
        _readers.ReadAsync((Owner, _address.Name), InboxTable.ReadAsync, cancel);

    /// <inheritdoc />
    public async ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel) =>
        await WriteAsync(inboxIds, InboxTable.DiscardAsync, cancel).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel)
    {
        // Nearly always all of them are recorded, and then nothing is written.
        var recorded = await RecordedAsync(skills, cancel).ConfigureAwait(false);
        if (skills.Any(skill => !recorded.ContainsKey((skill.Name, skill.Version))))
        {
            await WriteAsync(skills, SkillTable.RecordAsync, cancel).ConfigureAwait(false);
            recorded = await RecordedAsync(skills, cancel).ConfigureAwait(false);
        }

        return [.. skills.Where(skill => recorded[(skill.Name, skill.Version)] != skill.Digest)];
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel) =>
        _readers.ReadAsync(_address.Name, SkillTable.ListAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(string tenant, string day, CancellationToken cancel) =>
        _readers.ReadAsync((tenant, day), LedgerTable.ReadAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(ChargeFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} charges.");
        return _readers.ReadAsync((filter, _address.Name), LedgerTable.ListAsync, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel)
    {
        if (runsMax is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(
                nameof(runsMax), runsMax, $"1 to {ListMax} runs are compacted at a time.");
        var packed = await _readers.ReadAsync(runsMax, Packer.PrepareAsync, cancel).ConfigureAwait(false);
        return packed.Count == 0 ? 0 : await WriteAsync(packed, Packer.WriteAsync, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel)
    {
        if (request.Limit is < 1 or > ListMax || request.Keep < 0)
            throw new ArgumentOutOfRangeException(
                nameof(request), request, $"1 to {ListMax} runs are pruned at a time, and 0 or more kept.");
        return request.DryRun
            ? _readers.ReadAsync(request, Pruner.CountAsync, cancel)
            : WriteAsync(request, Pruner.RemoveAsync, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel)
    {
        var lastSegment = await WriteAsync(0, BlobNames.LastSegmentAsync, cancel).ConfigureAwait(false);
        var digests = await _readers.ReadAsync(0, BlobNames.FindNamelessAsync, cancel).ConfigureAwait(false);
        var (blobs, bytes) = (0, 0L);
        foreach (var some in digests.Chunk(SweepMax))
        {
            var swept = await WriteAsync(((IReadOnlyList<string>)some, lastSegment), BlobNames.DeleteAsync, cancel)
                .ConfigureAwait(false);
            (blobs, bytes) = (blobs + swept.Blobs, bytes + swept.Bytes);
        }

        return new SweepResult(blobs, bytes);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) =>
        _readers.ReadAsync(_address, StoreCheck.RunAsync, cancel);

    /// <summary>Closes the store and frees the runs of this process for others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        await _writing.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The number of the server's process that serves the connection that writes; 0 where there is
    /// none.</summary>
    internal int ServerProcess => _writer.Session?.ServerProcess ?? 0;

    /// <summary>Answers nothing more, and says nothing to the server, as a killed process does.</summary>
    internal void Abandon() => _writer.Abandon();

    private ValueTask<TResult> WriteAsync<TState, TResult>(
        TState state, Func<OwnerSession, TState, Task<TResult>> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return _writer.TransactAsync(state, work, cancel);
    }

    private ValueTask<Dictionary<(string Name, string Version), Digest>> RecordedAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel) =>
        _readers.ReadAsync((skills, _address.Name), SkillTable.RecordedAsync, cancel);
}
