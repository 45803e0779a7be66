using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aos.Runtime.Approvals;

/// <summary>Reveals letters that pass for others: a person who approves <c>pаypal.com</c> with a Cyrillic <c>а</c> must
/// see that it is another host.</summary>
/// <remarks>Revealed are the letters of Cyrillic, Greek and Armenian, and some rare Latin ones, that look like a letter
/// of ASCII, in a word that has letters of ASCII too or nothing but such lookalikes; and everywhere the letters, digits
/// and signs that are ASCII in other clothes: full width, mathematical, circled, Roman numbers, other slashes and dots.
/// Words of one script stay readable.</remarks>
public static class Lookalikes
{
    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "аеорсухіјѕһԁԛԝѵӏАВЕКМНОРСТУХІЈЅԌԚԜΖΗ" // Cyrillic, and two of Greek.
        + "αονρυικΑΒΕΙΚΜΝΟΡΤΥΧϲϳ" // Greek.
        + "օոսհյցզ" // Armenian.
        + "ıɑɡɩʋℓǃ"); // Latin and the like.

    private static readonly SearchValues<char> Signs = SearchValues.Create("⁄∕╱⧸․‥‚‛‘’“”∶։：﹕＠﹫");

    /// <summary>The text with lookalikes written as <c>\uXXXX</c>.</summary>
    public static string Reveal(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var shown = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfWord(text, at);
            if (end == at) end = AppendSign(shown, text, at);
            else AppendWord(shown, text.AsSpan(at, end - at));
            at = end;
        }
        return shown.ToString();
    }

    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length && Rune.TryGetRuneAt(text, at, out var rune)
            && (Rune.IsLetterOrDigit(rune) || IsMark(rune)))
            at += rune.Utf16SequenceLength;
        return at;
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber;

    private static void AppendWord(StringBuilder shown, ReadOnlySpan<char> word)
    {
        var isMixed = word.ContainsAnyInRange('a', 'z') || word.ContainsAnyInRange('A', 'Z');
        var isAlike = isMixed || !HasHonestLetter(word);
        foreach (var rune in word.EnumerateRunes())
            if (IsClothed(rune.Value) || (isAlike && rune.IsBmp && Letters.Contains((char)rune.Value)))
                Escape(shown, rune);
            else shown.Append(rune);
    }

    // A letter that looks like none of ASCII shows by itself what script the word is in.
    private static bool HasHonestLetter(ReadOnlySpan<char> word)
    {
        foreach (var rune in word.EnumerateRunes())
            if (Rune.IsLetter(rune) && !(rune.IsBmp && Letters.Contains((char)rune.Value))) return true;
        return false;
    }

    private static int AppendSign(StringBuilder shown, string text, int at)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            shown.Append(text[at]);
            return at + 1;
        }
        if (IsClothed(rune.Value) || (rune.IsBmp && Signs.Contains((char)rune.Value))) Escape(shown, rune);
        else shown.Append(rune);
        return at + rune.Utf16SequenceLength;
    }

    private static bool IsClothed(int value) => value
        is (>= 0xFF01 and <= 0xFF5E) or (>= 0x1D400 and <= 0x1D7FF) or (>= 0x2460 and <= 0x24FF)
            or (>= 0x2160 and <= 0x217F)
        or (>= 0x1F100 and <= 0x1F189);

    private static void Escape(StringBuilder shown, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..rune.EncodeToUtf16(units)])
            shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
    }
}
