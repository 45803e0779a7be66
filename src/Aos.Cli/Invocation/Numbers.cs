using System.Globalization;

namespace Aos.Cli.Invocation;

/// <summary>Numbers in options.</summary>
internal static class Numbers
{
    /// <summary>A whole number from 1 to <paramref name="max"/>; null where the option is absent.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static int? Positive(string? text, string option, int max = int.MaxValue)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1
            && number <= max
            ? number
            : throw Refusal.Argument(
                $"{option} '{text}' is not a whole number, 1 {(max == int.MaxValue ? "or more" : $"to {max}")}.");
    }

    /// <summary>A whole number from 0 to <paramref name="max"/>; null where the option is absent.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static int? Index(string? text, string option, int max = int.MaxValue)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw Refusal.Argument(
                $"{option} '{text}' is not a whole number, 0 {(max == int.MaxValue ? "or more" : $"to {max}")}.");
    }
}
