using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Runtime.Bench;

/// <summary>Virtual time that tells when somebody begins to wait for a certain span.</summary>
internal sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
{
    private readonly Lock _gate = new();
    private readonly Spans _created = new();
    private readonly Spans _armed = new();

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
        Tell(_created, dueTime);
        Tell(_armed, dueTime);
        return new ToldTimer(timer, this);
    }

    /// <summary>Ends when a timer of that span was made; each is told once.</summary>
    public Task WhenArmedAsync(TimeSpan span) => WhenAsync(_created, span);

    /// <summary>Ends when a timer was made for that span or set to it; each time is told once.</summary>
    public Task WhenSetAsync(TimeSpan span) => WhenAsync(_armed, span);

    private Task WhenAsync(Spans spans, TimeSpan span)
    {
        lock (_gate)
        {
            if (spans.Told.Remove(span)) return Task.CompletedTask;
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            spans.Awaited.Add((span, armed));
            return armed.Task;
        }
    }

    private void Tell(Spans spans, TimeSpan span)
    {
        lock (_gate)
        {
            var at = spans.Awaited.FindIndex(one => one.Span == span);
            if (at < 0) spans.Told.Add(span);
            else
            {
                spans.Awaited[at].Armed.TrySetResult();
                spans.Awaited.RemoveAt(at);
            }
        }
    }

    private sealed class Spans
    {
        public List<TimeSpan> Told { get; } = [];

        public List<(TimeSpan Span, TaskCompletionSource Armed)> Awaited { get; } = [];
    }

    private sealed class ToldTimer(ITimer timer, TestClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            clock.Tell(clock._armed, dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
