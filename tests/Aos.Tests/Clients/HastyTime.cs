namespace Aos.Tests.Clients;

/// <summary>A clock on which pauses are over at once: a timer that is set moves the clock to its moment. Those of half
/// a minute and more, which bound what may take long, never fire.</summary>
internal sealed class HastyTime : TimeProvider
{
    private long _ticks;

    /// <summary>The pauses that were made.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Interlocked.Read(ref _ticks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.FromSeconds(30) || dueTime < TimeSpan.Zero) return new Timer();
        lock (Pauses) Pauses.Add(dueTime);
        Interlocked.Add(ref _ticks, dueTime.Ticks);
        _ = ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
