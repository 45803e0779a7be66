using System.Globalization;

namespace Aos.Kernel.Policies;

/// <summary>Times of the day, as policies write them.</summary>
public static class ClockTime
{
    /// <summary>How many minutes a day has.</summary>
    public const int MinutesOfDay = 24 * 60;

    /// <summary>Minutes since midnight of a text <c>HH:MM</c>, 24:00 included; null where it is none.</summary>
    public static int? TryMinute(string text)
    {
        if (text is not [>= '0' and <= '2', >= '0' and <= '9', ':', >= '0' and <= '5', >= '0' and <= '9']) return null;
        var minute = int.Parse(text.AsSpan(0, 2), NumberStyles.None, provider: null) * 60
            + int.Parse(text.AsSpan(3, 2), NumberStyles.None, provider: null);
        return minute <= MinutesOfDay ? minute : null;
    }
}
