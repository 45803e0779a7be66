using System.Collections.Concurrent;
using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>Who follows which run: told when this process has written something of it, so that nobody has to look again
/// and again. While nobody follows any run, a commit reads one number for it. Thread-safe.</summary>
internal sealed class Followers
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<RunId, Followed> _runs = new();
    private int _count;

    /// <summary>How many there are, over all runs.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Begins to follow a run; to be ended with <see cref="Leave"/>.</summary>
    public Followed Enter(RunId run)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(run, out var followed)) _runs[run] = followed = new Followed(run);
            followed.Count++;
            _count++;
            return followed;
        }
    }

    public void Leave(Followed followed)
    {
        lock (_gate)
        {
            if (--followed.Count == 0) _runs.TryRemove(followed.Run, out _);
            _count--;
        }
    }

    /// <summary>Something of these runs was written. Whoever began to follow before is told; whoever begins later reads
    /// it.</summary>
    public void Tell(ReadOnlySpan<JournalSlice> written)
    {
        if (Count == 0) return;
        foreach (var slice in written)
            if (_runs.TryGetValue(slice.RunId, out var followed)) followed.Tell();
    }
}

/// <summary>A run that is followed.</summary>
internal sealed class Followed(RunId run)
{
    private TaskCompletionSource _next = New();

    public RunId Run => run;

    /// <summary>Who follows it. Guarded by <see cref="Followers"/>.</summary>
    public int Count { get; set; }

    /// <summary>Ends when something more is written. To be taken before the journal is read.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Tell() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
