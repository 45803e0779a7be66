using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Runs;
using Aos.Runtime.Telemetry;

namespace Aos.Runtime.Journals;

/// <summary>What became of a slice.</summary>
/// <param name="Result">Whether it was written.</param>
/// <param name="Failure">Why nobody knows; null where the store answered.</param>
internal sealed record SliceFate(AppendResult Result, StoreException? Failure)
{
    public static SliceFate Written { get; } = new(AppendResult.Written, null);

    public static SliceFate Conflict { get; } = new(AppendResult.Conflict, null);

    public static SliceFate OverLimit { get; } = new(AppendResult.OverLimit, null);

    /// <exception cref="StoreException">It was not written, or nobody knows.</exception>
    public void Require(RunId runId)
    {
        if (Failure is not null) throw Failure;
        if (Result == AppendResult.OverLimit)
            throw new StoreException(
                ErrorCodes.TenantBudgetExceeded, $"The ledger has no room for what run {runId} may cost.");
        if (Result == AppendResult.Conflict)
            throw new StoreException(
                ErrorCodes.RunOwned, $"Another process took over run {runId}; this one stopped working on it.");
    }
}

/// <summary>Who is told what became of a slice.</summary>
internal interface ISliceOwner
{
    /// <summary>Called once for each slice, on the writer's thread: it must not block or throw.</summary>
    void OnWritten(SliceFate fate);
}

/// <summary>The one writer of a store: commits whatever is queued, across runs, as one transaction, with no delay of
/// its own. After a failed commit nobody knows what was written, so the runs in it must be read again; and where the
/// store says so, by another process: then this one writes no more.</summary>
/// <remarks>The queue is as long as there are owners, because each has one slice on its way at a time.</remarks>
internal sealed class JournalWriter(
    IStore store, IWorkQueue work, TimeProvider time, Followers followers, RuntimeMetrics? metrics = null)
    : IThreadPoolWorkItem, IAsyncDisposable
{
    private const int BatchMax = 512;

    private readonly Lock _gate = new();
    private readonly Queue<(JournalSlice Slice, ISliceOwner Owner)> _queue = new();
    private readonly List<ISliceOwner> _owners = [];
    private JournalSlice[] _batch = [];
    private TaskCompletionSource? _closed;
    private StoreException? _failure;
    private bool _active;

    /// <summary>Why nothing more is written; null while it is.</summary>
    public StoreException? Failure => Volatile.Read(ref _failure);

    /// <summary>How many slices wait for the next commit.</summary>
    public int Depth
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    /// <summary>Queues a slice; slices are written in the order of these calls.</summary>
    public void Enqueue(JournalSlice slice, ISliceOwner owner)
    {
        lock (_gate)
        {
            _queue.Enqueue((slice, owner));
            if (_active) return;
            _active = true;
        }
        work.Queue(this);
    }

    /// <summary>Ends when what is queued has been written.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_active) return ValueTask.CompletedTask;
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_closed.Task);
        }
    }

    // An embedded store answers on this thread; a remote one gives it back while it works.
    void IThreadPoolWorkItem.Execute() => _ = DrainAsync();

    private async Task DrainAsync()
    {
        while (TakeBatch())
        {
            var (results, failure) = await AppendAsync().ConfigureAwait(false);
            for (var i = 0; i < _owners.Count; i++)
                _owners[i].OnWritten(failure is not null ? new SliceFate(default, failure)
                    : FateOf(results[i]));
            followers.Tell(_batch);
        }
    }

    private static SliceFate FateOf(AppendResult result) => result switch
    {
        AppendResult.Written => SliceFate.Written,
        AppendResult.OverLimit => SliceFate.OverLimit,
        _ => SliceFate.Conflict,
    };

    private bool TakeBatch()
    {
        lock (_gate)
        {
            var count = Math.Min(BatchMax, _queue.Count);
            _owners.Clear();
            if (_batch.Length != count) _batch = new JournalSlice[count];
            for (var i = 0; i < count; i++)
            {
                var (slice, owner) = _queue.Dequeue();
                _batch[i] = slice;
                _owners.Add(owner);
            }
            if (count > 0) return true;
            _active = false;
            _closed?.TrySetResult();
            return false;
        }
    }

    private async ValueTask<(AppendResult[] Results, StoreException? Failure)> AppendAsync()
    {
        if (_failure is not null) return ([], _failure);
        try
        {
            // Past this point only the store decides: a commit that was sent is never called off.
            return (await CommitAsync().ConfigureAwait(false), null);
        }
        catch (Exception error)
        {
            var failure = error as StoreException
                ?? new StoreException(ErrorCodes.StorageUnavailable, $"The store failed: {error.Message}", error);
            // Slices of other runs follow what they know to be durable: the store holds each to its own.
            if (!store.AppendsAfterFailure) Volatile.Write(ref _failure, failure);
            return ([], failure);
        }
    }

    // Apart, so that what nobody measures costs nothing.
    private ValueTask<AppendResult[]> CommitAsync() =>
        metrics is null ? store.AppendAsync(_batch, CancellationToken.None) : MeasureAsync(metrics);

    private async ValueTask<AppendResult[]> MeasureAsync(RuntimeMetrics metrics)
    {
        var began = time.GetTimestamp();
        var results = await store.AppendAsync(_batch, CancellationToken.None).ConfigureAwait(false);
        metrics.Observe(_batch.Length, time.GetElapsedTime(began));
        return results;
    }
}
