using System.Globalization;

namespace Aos.Cli.Invocation;

/// <summary>Spans of time in options.</summary>
internal static class Spans
{
    /// <summary>A whole number and <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c> or <c>w</c>: <c>30d</c>.</summary>
    /// <exception cref="Refusal">It is none, or longer than 100 years.</exception>
    public static TimeSpan Parse(string? text, string option)
    {
        var seconds = text is [.., var unit]
            ? unit switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, 'w' => 604_800, _ => 0 } : 0;
        return seconds > 0 && int.TryParse(text![..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (long)number * seconds <= 3_155_760_000
            ? TimeSpan.FromSeconds((long)number * seconds)
            : throw Refusal.Argument($"{option} '{text}' is no span of time, such as 12h, 30d or 8w.");
    }
}
