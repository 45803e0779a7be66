namespace Aos.Runtime.Runs;

/// <summary>Work that a task stands for, begun by way of an <see cref="IWorkQueue"/>: nothing of the runtime reaches
/// another thread but through it.</summary>
internal static class QueuedWork
{
    /// <summary>Begins work; the task ends with it, and gives what it gives.</summary>
    public static Task<T> StartAsync<T>(this IWorkQueue work, Func<Task<T>> begin)
    {
        var item = new Item<T>(begin);
        work.Queue(item);
        return item.Begun.Unwrap();
    }

    /// <summary>Begins work; the task ends with it.</summary>
    public static Task StartAsync(this IWorkQueue work, Func<Task> begin) => work.StartAsync(async () =>
    {
        await begin().ConfigureAwait(false);
        return true;
    });

    /// <summary>Cancels a source; what hangs on its token does not run on the calling thread.</summary>
    public static Task CancelAsync(this IWorkQueue work, CancellationTokenSource source) => work.StartAsync(() =>
    {
        source.Cancel();
        return Task.CompletedTask;
    });

    private sealed class Item<T>(Func<Task<T>> begin) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<Task<T>> _begun = new();

        public Task<Task<T>> Begun => _begun.Task;

        public void Execute()
        {
            try
            {
                _begun.SetResult(begin());
            }
            catch (Exception error)
            {
                _begun.SetException(error);
            }
        }
    }
}
