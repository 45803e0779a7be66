using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Arithmetic of moments that cannot fail, and the precision in which moments are kept.</summary>
internal static class Moments
{
    /// <summary>The moment so many milliseconds later; the last moment that there is where that is beyond it.</summary>
    public static DateTimeOffset After(DateTimeOffset from, long milliseconds) =>
        milliseconds >= (DateTimeOffset.MaxValue - from).TotalMilliseconds
            ? DateTimeOffset.MaxValue
            : from.AddMilliseconds(milliseconds);

    /// <summary>Whether a moment is a whole number of microseconds in UTC: what a journal keeps.</summary>
    public static bool IsExact(DateTimeOffset at) =>
        at.Offset == TimeSpan.Zero && at.Ticks % TimeSpan.TicksPerMicrosecond == 0;

    /// <summary>The moment as a JSON string, as the contracts write moments.</summary>
    public static Payload ToPayload(DateTimeOffset at)
    {
        const int length = 27;
        var text = new byte[length + 3];
        if (!System.Buffers.Text.Utf8Formatter.TryFormat(at.UtcDateTime, text.AsSpan(1), out var written, 'O')
            || written != length + 1)
            throw new System.Diagnostics.UnreachableException("A moment has 28 characters in round-trip form.");
        // The seventh decimal is cut: moments are kept to the microsecond.
        (text[0], text[length], text[length + 1]) = ((byte)'"', (byte)'Z', (byte)'"');
        return Payload.FromUtf8(text.AsMemory(0, length + 2));
    }

    /// <summary>The moment as a journal keeps it.</summary>
    public static DateTimeOffset Exact(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>A moment that may be absent, as a number; 0 where it is.</summary>
    public static long ToTicks(DateTimeOffset? at) => at?.UtcTicks ?? 0;

    /// <summary>The moment that <see cref="ToTicks"/> was given, in UTC.</summary>
    public static DateTimeOffset? FromTicks(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
