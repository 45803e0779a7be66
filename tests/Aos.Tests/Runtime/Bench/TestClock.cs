using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Runtime.Bench;

/// <summary>Virtual time that tells when somebody begins to wait for a certain span.</summary>
internal sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _armed = [];
    private readonly List<(TimeSpan Span, TaskCompletionSource Armed)> _awaited = [];

    private long _jumped;

    /// <summary>Sets the wall clock off by so much; the monotonic one and all timers go on as they were.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, by.Ticks);

    // Under no lock of ours: the base runs the timers that are due on whoever asks for the time.
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _jumped));

    // The base reckons it from the wall clock.
    public override long GetTimestamp() => base.GetTimestamp() - Interlocked.Read(ref _jumped);

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
