using Aos.Runtime.Runs;

namespace Aos.Runtime.Effects;

/// <summary>How a call of foreign code ended.</summary>
/// <typeparam name="T">What it gives.</typeparam>
/// <param name="Returned">Whether it came back; it is left to itself otherwise.</param>
/// <param name="Value">What it gave.</param>
internal readonly record struct Supervised<T>(bool Returned, T? Value);

/// <summary>Calls code that is not ours, such that it can neither hold up nor bring down its caller: not by blocking
/// its thread, not by ignoring its token, not by throwing where it was told to stop.</summary>
internal static class Supervision
{
    /// <summary>How long foreign code may take to stop once it was told to.</summary>
    public static TimeSpan CleanupTime { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls code, and waits until it ends, or until its time to stop is over.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="call">The code.</param>
    /// <param name="inline">Whether it begins on the calling thread; it must not block there.</param>
    /// <param name="time">Measures the time to stop.</param>
    /// <param name="queue">Where the code begins that is not inline.</param>
    /// <param name="stop">Ends when the code is to stop.</param>
    /// <returns>What it gave; what it throws is thrown.</returns>
    public static async ValueTask<Supervised<T>> CallAsync<T>(
        Func<CancellationToken, ValueTask<T>> call, bool inline, TimeProvider time, IWorkQueue queue,
        CancellationToken stop)
    {
        // A token of its own: what the code hangs on it runs on the pool, and what that throws reaches nobody else.
        // Never disposed, because code that was left to itself may still use it.
#pragma warning disable CA2000
        var told = new CancellationTokenSource();
#pragma warning restore CA2000
        Task<T> work;
        if (inline)
        {
            var begun = call(told.Token);
            if (begun.IsCompleted) return new Supervised<T>(true, await begun.ConfigureAwait(false));
            work = begun.AsTask();
        }
        else work = queue.StartAsync(async () => await call(told.Token).ConfigureAwait(false));

        // Ends with the code or with the token; what came of the code is asked below.
        await ((Task)work).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted)
        {
            Observe(queue.CancelAsync(told));
            using var given = new CancellationTokenSource();
            await Task.WhenAny(work, Task.Delay(CleanupTime, time, given.Token)).ConfigureAwait(false);
            await queue.CancelAsync(given).ConfigureAwait(false);
        }
        if (work.IsCompleted) return new Supervised<T>(true, await work.ConfigureAwait(false));
        Observe(work);
        return default;
    }

    // Its fate no longer matters, but its exception must not go unobserved.
    public static void Observe(Task task) =>
        _ = task.ContinueWith(static late => late.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
