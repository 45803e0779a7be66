using Aos.Runtime.Runs;
using Aos.Tests.Runtime.Bench;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Runtime;

/// <summary>The wall clock against the monotonic one.</summary>
public sealed class ClockGuardTests
{
    private readonly TestClock _time = new();
    private readonly Notes _notes = new();

    private ClockGuard Guard() => new(_time, _notes);

    private void Jump(TimeSpan by) => _time.Jump(by);

    [Fact]
    public void Time_that_passes_is_no_jump()
    {
        var guard = Guard();
        foreach (var span in (int[])[1, 3_600, 86_400 * 30])
        {
            _time.Advance(TimeSpan.FromSeconds(span));
            Assert.True(guard.MayFire());
        }
        Assert.Empty(_notes.Lines);
    }

    [Fact]
    public void A_thread_that_is_held_up_as_it_reads_the_clocks_sees_no_jump()
    {
        var time = new HeldUp();
        var guard = new ClockGuard(time, _notes);
        time.Hold(TimeSpan.FromHours(3));
        Assert.True(guard.MayFire());
        Assert.Empty(_notes.Lines);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(-60, true)]
    [InlineData(61, false)]
    [InlineData(-61, false)]
    public void More_than_a_minute_is_a_jump(int seconds, bool mayFire)
    {
        var guard = Guard();
        Jump(TimeSpan.FromSeconds(seconds));
        Assert.Equal(mayFire, guard.MayFire());
        Assert.Equal(mayFire ? 0 : 1, _notes.Lines.Count);
    }

    [Fact]
    public void A_clock_that_is_set_back_right_is_trusted_at_once()
    {
        var guard = Guard();
        Jump(TimeSpan.FromHours(1));
        Assert.False(guard.MayFire());
        _time.Advance(TimeSpan.FromSeconds(5));
        Jump(TimeSpan.FromHours(-1));
        Assert.True(guard.MayFire());
        Assert.Equal(2, _notes.Lines.Count);
    }

    [Fact]
    public void A_new_time_counts_after_it_has_gone_on_evenly_for_five_minutes()
    {
        var guard = Guard();
        Jump(TimeSpan.FromHours(1));
        Assert.False(guard.MayFire());
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(guard.MayFire());
        Jump(TimeSpan.FromHours(1)); // Not evenly: the five minutes begin anew.
        Assert.False(guard.MayFire());
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.False(guard.MayFire());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(guard.MayFire());
        Assert.True(guard.MayFire());
        Assert.Equal(3, _notes.Lines.Count);
    }

    private sealed class Notes : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    /// <summary>A clock on which much time passes right after the wall clock was read, once.</summary>
    private sealed class HeldUp : FakeTimeProvider
    {
        private TimeSpan? _held;

        public void Hold(TimeSpan span) => _held = span;

        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow();
            if (_held is not { } span) return now;
            _held = null;
            Advance(span);
            return now;
        }
    }
}
