using System.Globalization;
using System.Text;

namespace Aos.Cli.Rendering;

/// <summary>Text from outside, made harmless to look at: what would steer a terminal, hide or reorder text is shown as
/// an escape.</summary>
internal static class Plain
{
    /// <summary>The text with control, format, private-use and unassigned characters and lone surrogates written as
    /// <c>\uXXXX</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepLines">Whether line feeds stay.</param>
    public static string Of(string? text, bool keepLines = false)
    {
        if (string.IsNullOrEmpty(text)) return "";
        StringBuilder? shown = null;
        for (var at = 0; at < text.Length;)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            if (known && !Hides(rune, keepLines)) shown?.Append(text, at, length);
            else
            {
                shown ??= new StringBuilder(text, 0, at, text.Length + 16);
                foreach (var unit in text.AsSpan(at, length))
                    shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
            at += length;
        }
        return shown?.ToString() ?? text;
    }

    /// <summary>The text on one line, cut to so many characters.</summary>
    public static string Line(string? text, int max)
    {
        var line = Of(text?.ReplaceLineEndings(" "));
        return line.Length <= max ? line : string.Concat(line.AsSpan(0, Math.Max(0, max - 1)), "…");
    }

    private static bool Hides(Rune rune, bool keepLines) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => !(keepLines && rune.Value == '\n'),
        UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        // A space that looks like none, or like the ordinary one.
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        // Fillers and selectors that are letters or marks by category, yet have no shape.
        _ => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180B or 0x180C or 0x180D or 0x180F
            or 0x2800 or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF),
    };
}
