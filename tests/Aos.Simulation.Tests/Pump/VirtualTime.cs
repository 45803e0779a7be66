namespace Aos.Simulation.Tests.Pump;

/// <summary>The clock of one simulated process. Its wall clock can jump; its timers and durations do not
/// notice.</summary>
internal sealed class VirtualTime(WorkPump pump, ProcessContext process) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(pump.Now) + Skew;

    public override long GetTimestamp() => pump.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(pump, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Does something later.</summary>
    public void After(TimeSpan wait, Action work) =>
        CreateTimer(static state => ((Action)state!)(), work, wait, Timeout.InfiniteTimeSpan);
}

internal sealed class VirtualTimer(WorkPump pump, ProcessContext process, TimerCallback callback, object? state)
    : ITimer
{
    private bool _disposed;

    public ProcessContext Process { get; } = process;

    public long Due { get; set; }

    /// <summary>When it was armed, of all that were; 0 while it is not.</summary>
    public long Order { get; set; }

    public long Period { get; private set; }

    public bool IsPeriodic => Period > 0;

    public bool HasTicked { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed) return false;
        pump.Disarm(this);
        Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
        if (dueTime != Timeout.InfiniteTimeSpan) pump.Arm(this, pump.Now + dueTime.Ticks);
        return true;
    }

    public void Fire() => Process.Post(static me => ((VirtualTimer)me!).Call(), this);

    public void Dispose()
    {
        _disposed = true;
        pump.Disarm(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Call()
    {
        if (!_disposed) callback(state);
    }
}
