using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Approvals;
using Aos.Storage.Sqlite.Backups;
using Aos.Storage.Sqlite.Checks;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Inbox;
using Aos.Storage.Sqlite.Journal;
using Aos.Storage.Sqlite.Ledger;
using Aos.Storage.Sqlite.Runs;
using Aos.Storage.Sqlite.Schema;
using Aos.Storage.Sqlite.Skills;

namespace Aos.Storage.Sqlite;

/// <summary>The embedded store: one SQLite database in a data directory, which several processes may open at
/// once.</summary>
/// <remarks>What is acknowledged survives the process, the system and the power: write-ahead log, flushed with every
/// commit. Thread-safe. Everything runs on the calling thread, which waits for the disk and, where it writes, for other
/// writers: call <see cref="AppendAsync"/> from one loop with all that has queued up. After a failed write the
/// connection is closed, and the next call opens another one.</remarks>
public sealed partial class SqliteStore : IStore, IRecordStore
{
    private const int ListMax = 1_000;
    private const int SweepMax = 256;

    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly SqliteStoreOptions _options;
    private readonly OwnerLock _ownerLock;
    private readonly Writer _writer;
    private readonly ReaderPool _readers;
    private bool _swept;

    private SqliteStore(string path, SqliteStoreOptions options, TimeProvider time, OwnerLock ownerLock)
    {
        _time = time;
        _path = path;
        _options = options;
        _ownerLock = ownerLock;
        _writer = new Writer(
            () => new WriteSession(StoreFile.OpenForWriting(path, options, time), ownerLock.Owner));
        _readers = new ReaderPool(path, options.BusyTimeout);
    }

    /// <inheritdoc />
    public string Owner => _ownerLock.Owner;

    /// <summary>Whether there is a store in a directory, or something that stands in its place: remains of one, a file
    /// where the directory should be, a directory that cannot be read. <see cref="OpenAsync"/> tells which.</summary>
    public static bool Exists(string directory)
    {
        if (!Directory.Exists(directory)) return File.Exists(directory);
        try
        {
            return Directory.EnumerateFiles(directory, StoreFile.Name + "*").Any();
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Opens the store of a data directory. Makes both where there are none, and brings an older schema
    /// forward; never removes or replaces anything.</summary>
    /// <param name="options">Where the store is and how it behaves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">The directory cannot be used, or the database is damaged, of a newer version,
    /// or of another program.</exception>
    public static ValueTask<SqliteStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider time, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var directory = Path.GetFullPath(options.Directory);
        OwnerLock? ownerLock = null;
        SqliteStore? store = null;
        try
        {
            if (File.Exists(directory))
                throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                    $"'{directory}' is a file, and a store is kept in a directory. Name a directory.");
            StoreFile.CreateDirectory(directory);
            ownerLock = OwnerLock.Acquire(Path.Combine(directory, "owners"));
            var path = Path.Combine(directory, StoreFile.Name);
            StoreSwitch.FinishOther(path, options.BusyTimeout);
            if (StoreFile.Ensure(path, options, time, ownerLock.Owner)) ownerLock.RequireLocking();
            store = new SqliteStore(path, options, time, ownerLock);
            store._writer.Open();
            return ValueTask.FromResult(store);
        }
        catch (Exception failure)
        {
            store?._writer.Dispose();
            ownerLock?.Dispose();
            if (failure is IOException or UnauthorizedAccessException) throw SqliteFailure.From(failure, directory);
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<AppendResult[]> AppendAsync(ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (slices.IsEmpty) return ValueTask.FromResult(Array.Empty<AppendResult>());
        foreach (var slice in slices.Span) SliceCheck.Require(slice);
        return ValueTask.FromResult(_writer.Transact(slices, BatchAppender.Append));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel) =>
        Read((runId, afterSeq),
            static (connection, of) => SegmentTable.Read(connection, of.runId, of.afterSeq), cancel);

    /// <inheritdoc />
    public ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        Read(digest, BlobTable.Read, cancel);

    /// <inheritdoc />
    public ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel) => Read(runId, RunRows.Find, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} runs.");
        return Read(filter, RunRows.List, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel) =>
        (await AdoptManyAsync([runId], cancel).ConfigureAwait(false))[0];

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<int?>> AdoptManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel)
    {
        var adopted = Write((runIds, _ownerLock),
            static (session, all) => Ownership.Adopt(session, all.runIds, all._ownerLock), cancel);
        // Not at opening, where every command would pay for it.
        if (!Interlocked.Exchange(ref _swept, true)) _ownerLock.Sweep();
        return adopted;
    }

    /// <inheritdoc />
    public async ValueTask ReleaseAsync(RunId runId, CancellationToken cancel) =>
        await Write(runId, Ownership.Release, cancel).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask ReleaseManyAsync(IReadOnlyList<RunId> runIds, CancellationToken cancel)
    {
        if (runIds.Count > 0) await Write(runIds, Ownership.ReleaseMany, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ApprovalRow>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        Read(openOnly, ApprovalTable.List, cancel);

    /// <inheritdoc />
    public ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        Read(id, ApprovalTable.Find, cancel);

    /// <inheritdoc />
    public ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
        Write((runId, fact, At: StoredTime.From(_time.GetUtcNow())),
            static (session, post) => InboxTable.Post(session, post.runId, post.At, post.fact.Span), cancel);

    /// <inheritdoc />
    public ValueTask<bool> PostDecisionAsync(ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel) =>
        Write((id, decision, At: StoredTime.From(_time.GetUtcNow())),
            static (session, post) => InboxTable.PostDecision(session, post.id, post.At, post.decision.Span), cancel);

    /// <inheritdoc />
    public ValueTask<bool> IsOwnedAsync(RunId runId, CancellationToken cancel) =>
        Read((runId, _ownerLock),
            static (connection, of) => Ownership.IsOwned(connection, of.runId, of._ownerLock), cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel) =>
        Read(Owner, InboxTable.Read, cancel);

    /// <inheritdoc />
    public async ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel) =>
        await Write(inboxIds, InboxTable.Discard, cancel).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<SkillRow>> RecordSkillsAsync(
        IReadOnlyList<SkillRow> skills, CancellationToken cancel)
    {
        // Nearly always all of them are recorded, and then nothing is written.
        var missing = await Read(skills, SkillTable.Missing, cancel).ConfigureAwait(false);
        if (missing.Count > 0) await Write(missing, SkillTable.Record, cancel).ConfigureAwait(false);
        return await Read(skills, SkillTable.Refused, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SkillRow>> ListSkillsAsync(CancellationToken cancel) =>
        Read(0, static (connection, _) => SkillTable.List(connection), cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(string tenant, string day, CancellationToken cancel) =>
        Read((tenant, day), LedgerTable.Read, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(ChargeFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} charges.");
        return Read(filter, LedgerTable.List, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<int> CompactAsync(int runsMax, CancellationToken cancel)
    {
        if (runsMax is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(
                nameof(runsMax), runsMax, $"1 to {ListMax} runs are compacted at a time.");
        var packed = await Read(runsMax, Packer.Prepare, cancel).ConfigureAwait(false);
        return packed.Count == 0 ? 0 : await Write(packed, Packer.Write, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel)
    {
        if (request.Limit is < 1 or > ListMax || request.Keep < 0)
            throw new ArgumentOutOfRangeException(
                nameof(request), request, $"1 to {ListMax} runs are pruned at a time, and 0 or more kept.");
        return request.DryRun ? Read(request, Pruner.Count, cancel) : Write(request, Pruner.Remove, cancel);
    }

    /// <inheritdoc />
    public async ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel)
    {
        var (digests, lastSegment) = await Read(0, static (connection, _) => BlobNames.FindNameless(connection), cancel)
            .ConfigureAwait(false);
        var (blobs, bytes) = (0, 0L);
        foreach (var some in digests.Chunk(SweepMax))
        {
            var swept =
                await Write(((IReadOnlyList<string>)some, lastSegment), BlobNames.Delete, cancel).ConfigureAwait(false);
            (blobs, bytes) = (blobs + swept.Blobs, bytes + swept.Bytes);
        }

        return new SweepResult(blobs, bytes);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) =>
        Read(cancel, StoreCheck.Run, cancel);

    /// <summary>Gives room that was freed back to the file system, by writing the database anew. Other processes wait
    /// as long as that takes; up to twice the room of the database is needed meanwhile.</summary>
    /// <returns>By how many bytes the database has become shorter.</returns>
    /// <exception cref="StoreException">There is no room, or another process works on the store.</exception>
    public ValueTask<long> ShrinkAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var connection = StoreFile.OpenForWriting(_path, _options, _time);
        var before = new FileInfo(_path).Length;
        connection.Execute("VACUUM");
        connection.Number("PRAGMA wal_checkpoint(TRUNCATE)");
        return ValueTask.FromResult(before - new FileInfo(_path).Length);
    }

    /// <summary>Closes the store and frees the runs of this process for others.</summary>
    public ValueTask DisposeAsync()
    {
        _readers.Dispose();
        _writer.Dispose();
        _ownerLock.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends as a killed process does, as far as the files show it: the lock is free, its file is still
    /// there.</summary>
    internal void Abandon()
    {
        _readers.Dispose();
        _writer.Dispose();
        _ownerLock.Abandon();
    }

    private ValueTask<TResult> Read<TState, TResult>(
        TState state, Func<Connection, TState, TResult> query, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(state, query));
    }

    private ValueTask<TResult> Write<TState, TResult>(
        TState state, Func<WriteSession, TState, TResult> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_writer.Transact(state, work));
    }
}
