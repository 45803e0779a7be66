using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Runtime.Bench;

/// <summary>Virtual time that tells when somebody begins to wait for a certain span.</summary>
internal sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _armed = [];
    private readonly List<(TimeSpan Span, TaskCompletionSource Armed)> _awaited = [];

    private TimeSpan _jump;

    /// <summary>Sets the wall clock off by so much; the monotonic one and all timers go on as they were.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate) _jump += by;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return base.GetUtcNow() + _jump;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return base.GetTimestamp() - _jump.Ticks; // The base reckons it from the wall clock.
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_gate)
        {
            var at = _awaited.FindIndex(one => one.Span == dueTime);
            if (at < 0) _armed.Add(dueTime);
            else
            {
                _awaited[at].Armed.TrySetResult();
                _awaited.RemoveAt(at);
            }
        }
        return timer;
    }

    /// <summary>Ends when a timer of that span was armed; each arming is told once.</summary>
    public Task WhenArmedAsync(TimeSpan span)
    {
        lock (_gate)
        {
            if (_armed.Remove(span)) return Task.CompletedTask;
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((span, armed));
            return armed.Task;
        }
    }
}
