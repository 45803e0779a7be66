using System.Text;
using System.Text.RegularExpressions;

namespace Aos.Skills.Standard.Planning;

/// <summary>Marks text from outside as data. What is fenced cannot end its fence, because no tag can stand in
/// it.</summary>
internal static class Fence
{
    /// <summary>Fenced text, freed of what looks like a secret, and cut where it is longer than allowed.</summary>
    /// <param name="what">What it is, for the model.</param>
    /// <param name="text">The text.</param>
    /// <param name="charactersMax">Characters of it that are shown.</param>
    public static string Of(string what, string text, int charactersMax) =>
        $"<data of=\"{Escape(what)}\">\n{Escape(Cut(SecretMarks.Redact(Visible(text)), charactersMax))}\n</data>";

    /// <summary>Text that stands outside of a fence: one paragraph, without tags.</summary>
    public static string Clean(string text) => Escape(SecretMarks.Redact(Visible(text))).ReplaceLineEndings(" ");

    /// <summary>The beginning of a text, and how much of it was left out.</summary>
    public static string Cut(string text, int charactersMax)
    {
        if (text.Length <= charactersMax) return text;
        var at = char.IsHighSurrogate(text[charactersMax - 1]) ? charactersMax - 1 : charactersMax;
        return $"{text[..at]}… (cut: {text.Length - at} more characters)";
    }

    private static string Escape(string text) =>
        text.Replace("<", "‹", StringComparison.Ordinal).Replace(">", "›", StringComparison.Ordinal);

    // Text that people do not see, such as tag characters and marks of direction, is a way to hide orders in a page.
    private static string Visible(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is not (System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.PrivateUse
                    or System.Globalization.UnicodeCategory.OtherNotAssigned)
                && (rune.Value is '\n' or '\t' || !Rune.IsControl(rune)))
                kept.Append(rune);
        return kept.ToString();
    }
}

/// <summary>Finds what looks like a secret by the marks that keys are made with. The runtime takes known secrets out of
/// what comes back; this is for those that nobody declared.</summary>
internal static partial class SecretMarks
{
    /// <summary>The text with <c>[secret]</c> in the place of each.</summary>
    public static string Redact(string text) => Keys().Replace(text, "[secret]");

    [GeneratedRegex(@"\bsk-[A-Za-z0-9_-]{16,}|\b(gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{16}\b"
        + @"|\bAIza[0-9A-Za-z_-]{35}|\bey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?"
        + @"|(?i:\bbearer\s+[a-z0-9._~+/-]{16,}=*)",
            RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Keys();
}
