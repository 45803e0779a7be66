using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

/// <summary>Watches the wall clock against the monotonic one. A jump of more than a minute pauses the firing of timers,
/// so that a clock that was set wrong does not end every wait at once.</summary>
/// <remarks>Timers fire again once the clock is back, or has gone on evenly for five minutes: then its time counts, as
/// after a machine slept. Facts that come from outside meanwhile carry the time that the clock shows.
/// Thread-safe.</remarks>
internal sealed partial class ClockGuard(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan JumpMin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadMax = TimeSpan.FromSeconds(1);
    private const int ReadTries = 10;
    private static readonly TimeSpan AcceptAfter = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private (DateTimeOffset Wall, long Stamp) _trusted = (time.GetUtcNow(), time.GetTimestamp());
    private (TimeSpan Size, long Since)? _jump;

    /// <summary>Whether timers may fire now. To be asked often: what the clock does between two questions is one
    /// jump.</summary>
    public bool MayFire()
    {
        lock (_gate)
        {
            var (wall, stamp) = Read();
            var size = wall - _trusted.Wall - time.GetElapsedTime(_trusted.Stamp, stamp);
            if (size.Duration() <= JumpMin) return Trust(wall, stamp);
            if (_jump is { } known && (size - known.Size).Duration() <= JumpMin)
                return time.GetElapsedTime(known.Since, stamp) >= AcceptAfter && Trust(wall, stamp);
            _jump = (size, stamp);
            LogClockJumped(size.TotalSeconds, AcceptAfter.TotalMinutes);
            return false;
        }
    }

    // Of one moment: a thread that is held up for long between the two would see a jump that there is not.
    private (DateTimeOffset Wall, long Stamp) Read()
    {
        for (var tries = 1; ; tries++)
        {
            var before = time.GetTimestamp();
            var (wall, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            if (time.GetElapsedTime(before, stamp) < ReadMax || tries == ReadTries) return (wall, stamp);
        }
    }

    private bool Trust(DateTimeOffset wall, long stamp)
    {
        if (_jump is not null) LogClockTrusted();
        _jump = null;
        _trusted = (wall, stamp);
        return true;
    }

    [LoggerMessage(
        EventId = 1010, Level = LogLevel.Warning, Message = "The wall clock jumped by {Seconds} s against the "
        + "monotonic one: timers do not fire until it is back, or has gone on evenly for {Minutes} minutes")]
    private partial void LogClockJumped(double seconds, double minutes);

    [LoggerMessage(
        EventId = 1011, Level = LogLevel.Information, Message = "The wall clock is trusted again: timers fire")]
    private partial void LogClockTrusted();
}
