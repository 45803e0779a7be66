using System.Threading.Channels;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;

namespace Aos.Runtime.Journals;

/// <summary>The one writer of a store: commits whatever is queued, across runs, as one transaction, with no delay of
/// its own. After a failed commit it stops: nobody knows what was written, so runs must be read again.</summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int QueueMax = 4096;
    private const int BatchMax = 512;

    private readonly IStore _store;
    private readonly Channel<Pending> _queue;
    private readonly Task _loop;
    private StoreException? _failure;

    public JournalWriter(IStore store)
    {
        _store = store;
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueMax)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        _loop = DrainAsync();
    }

    /// <summary>Queues a slice; slices are written in the order of these calls.</summary>
    /// <returns>A task that ends when the slice is durable: true, or false where another writer came first.</returns>
    /// <exception cref="StoreException">By the task: the outcome is unknown.</exception>
    public async ValueTask<Task<bool>> EnqueueAsync(JournalSlice slice, CancellationToken cancel)
    {
        var pending = new Pending(slice);
        if (!_queue.Writer.TryWrite(pending))
        {
            try
            {
                await _queue.Writer.WriteAsync(pending, cancel).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw _failure ?? new StoreException(ErrorCodes.StorageUnavailable, "The store is being closed.");
            }
        }
        return pending.Durable.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task DrainAsync()
    {
        var batch = new List<Pending>(BatchMax);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < BatchMax && _queue.Reader.TryRead(out var pending)) batch.Add(pending);
            await CommitAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(List<Pending> batch)
    {
        try
        {
            if (_failure is not null) throw _failure;
            var slices = new JournalSlice[batch.Count];
            for (var i = 0; i < slices.Length; i++) slices[i] = batch[i].Slice;
            // Past this point only the store decides: a commit that was sent is never called off.
            var results = await _store.AppendAsync(slices, CancellationToken.None).ConfigureAwait(false);
            for (var i = 0; i < results.Length; i++)
                batch[i].Durable.TrySetResult(results[i] == AppendResult.Written);
        }
        catch (Exception error)
        {
            _failure ??= error as StoreException
                ?? new StoreException(ErrorCodes.StorageUnavailable, $"The store failed: {error.Message}", error);
            // Completed without the error, so that what is queued already is still drained, and told.
            _queue.Writer.TryComplete();
            foreach (var pending in batch) pending.Durable.TrySetException(_failure);
        }
    }

    private sealed class Pending(JournalSlice slice)
    {
        public JournalSlice Slice { get; } = slice;

        public TaskCompletionSource<bool> Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
