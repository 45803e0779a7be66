using Aos.Contracts.Runs;

namespace Aos.Runtime.Runs;

/// <summary>Tells a run the time when the moment has come that it waits for.</summary>
internal sealed class RunTimer : IDisposable
{
    // A timer takes at most 49 days; a run that waits longer is asked again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>How often a timer looks again that may not fire because of the clock.</summary>
    private static readonly TimeSpan PausedLook = TimeSpan.FromSeconds(1);

    private readonly RunServices _services;
    private readonly Action<RunEvent.Fact> _post;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private DateTimeOffset? _due;

    public RunTimer(RunServices services, Action<RunEvent.Fact> post)
    {
        _services = services;
        _post = post;
    }

    public void Set(DateTimeOffset? due)
    {
        lock (_gate)
        {
            if (due == _due) return;
            _due = due;
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _due = null;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Arm()
    {
        var wait = _due is { } due ? Wait(due - _services.Now) : Timeout.InfiniteTimeSpan;
        if (_timer is null)
            _timer =
                _services.Time.CreateTimer(static me => ((RunTimer)me!).Tick(), this, wait, Timeout.InfiniteTimeSpan);
        else _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // Timers count whole milliseconds and may fire early by a part of one.
    private static TimeSpan Wait(TimeSpan left) => left <= TimeSpan.Zero ? TimeSpan.Zero
        : left > LongestWait ? LongestWait
        : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));

    private void Tick()
    {
        lock (_gate)
        {
            if (_due is not { } due) return;
            var now = _services.Now;
            if (now >= due && !_services.Clock.MayFire())
                _timer?.Change(PausedLook, Timeout.InfiniteTimeSpan);
            else if (now >= due)
            {
                _due = null;
                _post(new RunEvent.TimeReached { At = now });
            }
            else Arm();
        }
    }
}
