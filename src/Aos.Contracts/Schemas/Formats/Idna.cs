using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>IDNA2008: the rules for one Unicode label (RFC 5891 §4.2, RFC 5892) and for labels together (RFC 5893).
/// </summary>
/// <remarks>Characters that NFKC changes are recognised by their blocks, and scripts and joining types by the ranges
/// that the context rules name: the framework carries no Unicode data on these when globalization is invariant. Whether
/// the label is in NFC is not checked, for the same reason.</remarks>
internal static class Idna
{
    public static bool IsLabel(string label)
    {
        var runes = label.EnumerateRunes().ToArray();
        if (runes.Length == 0 || label[0] == '-' || label[^1] == '-' || UnicodeClasses.IsMark(runes[0]))
            return false;
        if (label.Length > 3 && label[2] == '-' && label[3] == '-')
            return false;
        for (var at = 0; at < runes.Length; at++)
        {
            if (!UnicodeClasses.IsPermitted(runes[at]) && !IsPermittedHere(runes, at))
                return false;
        }

        return true;
    }

    /// <summary>Whether a name keeps the Bidi rule, which holds for all its labels once one runs right to
    /// left.</summary>
    public static bool KeepBidiRule(List<string> labels) =>
        !labels.Exists(IsRightToLeft) || labels.TrueForAll(KeepsBidiRule);

    // RFC 5892 appendix A.
    private static bool IsPermittedHere(Rune[] runes, int at)
    {
        var before = at > 0 ? runes[at - 1].Value : -1;
        var after = at + 1 < runes.Length ? runes[at + 1].Value : -1;
        return runes[at].Value switch
        {
            0x200C => UnicodeClasses.IsVirama(before) || IsBetweenJoining(runes, at),
            0x200D => UnicodeClasses.IsVirama(before),
            0x00B7 => before == 'l' && after == 'l',
            0x0375 => UnicodeClasses.IsGreek(after),
            0x05F3 or 0x05F4 => UnicodeClasses.IsHebrew(before),
            0x30FB => Array.Exists(runes, rune => UnicodeClasses.IsHiraganaKatakanaOrHan(rune.Value)),
            >= 0x0660 and <= 0x0669 => !Array.Exists(runes, rune => rune.Value is >= 0x06F0 and <= 0x06F9),
            >= 0x06F0 and <= 0x06F9 => !Array.Exists(runes, rune => rune.Value is >= 0x0660 and <= 0x0669),
            _ => false,
        };
    }

    private static bool IsBetweenJoining(Rune[] runes, int at)
    {
        var left = at - 1;
        while (left >= 0 && UnicodeClasses.IsMark(runes[left]))
            left--;
        var right = at + 1;
        while (right < runes.Length && UnicodeClasses.IsMark(runes[right]))
            right++;
        return left >= 0 && right < runes.Length
            && UnicodeClasses.JoinsOnBothSides(runes[left].Value)
            && (UnicodeClasses.JoinsOnBothSides(runes[right].Value)
                || UnicodeClasses.JoinsOnTheRight(runes[right].Value));
    }

    private static bool IsRightToLeft(string label) => label.EnumerateRunes().Any(
        rune => UnicodeClasses.BidiOf(rune) is BidiClass.RightToLeft or BidiClass.ArabicNumber);

    private static bool KeepsBidiRule(string label)
    {
        var classes = label.EnumerateRunes().Select(UnicodeClasses.BidiOf).ToList();
        var last = classes.FindLast(direction => direction != BidiClass.Mark);
        return classes[0] switch
        {
            BidiClass.RightToLeft => !classes.Contains(BidiClass.LeftToRight)
                && last is BidiClass.RightToLeft or BidiClass.EuropeanNumber or BidiClass.ArabicNumber
                && !(classes.Contains(BidiClass.EuropeanNumber) && classes.Contains(BidiClass.ArabicNumber)),
            BidiClass.LeftToRight => !classes.Contains(BidiClass.RightToLeft)
                && !classes.Contains(BidiClass.ArabicNumber)
                && last is BidiClass.LeftToRight or BidiClass.EuropeanNumber,
            _ => false,
        };
    }
}
