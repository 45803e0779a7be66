using System.Globalization;

namespace Aos.Cli.Rendering;

/// <summary>Times as people read them.</summary>
internal static class Times
{
    /// <summary>How long something took: <c>85 ms</c>, <c>2.4 s</c>, <c>3 min 10 s</c>, <c>2 h 5 min</c>.</summary>
    public static string Span(double milliseconds) => milliseconds switch
    {
        < 0 => "0 ms",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms"),
        < 999.5 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 59_950 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        _ => Long(TimeSpan.FromSeconds(Math.Round(milliseconds / 1000))),
    };

    /// <summary>How long ago or ahead a moment is: <c>just now</c>, <c>5 min ago</c>, <c>in 2 h</c>.</summary>
    public static string Relative(DateTimeOffset moment, DateTimeOffset now)
    {
        var distance = now - moment;
        if (distance.Duration() < TimeSpan.FromSeconds(2)) return "just now";
        // Rounded, not cut off: what expires in 23 h 59 min 59 s expires in 24 h.
        var size = distance.Duration();
        var text = Math.Round(size.TotalSeconds) < 60 ? $"{Math.Round(size.TotalSeconds)} s"
            : Math.Round(size.TotalMinutes) < 60 ? $"{Math.Round(size.TotalMinutes)} min"
            : Math.Round(size.TotalHours) < 48 ? $"{Math.Round(size.TotalHours)} h"
            : size.TotalDays < 60 ? $"{Math.Round(size.TotalDays)} days"
            : moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (size.TotalDays >= 60) return text;
        return distance > TimeSpan.Zero ? $"{text} ago" : $"in {text}";
    }

    /// <summary>A moment to the second, in UTC: <c>2026-01-02 03:04:05Z</c>.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Long(TimeSpan span) => span.TotalHours < 1
        ? $"{span.Minutes} min {span.Seconds} s"
        : span.TotalDays < 2
        ? $"{(int)span.TotalHours} h {span.Minutes} min" : $"{(int)span.TotalDays} days {span.Hours} h";
}
