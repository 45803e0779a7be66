using System.Globalization;
using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>The bidirectional classes that a label can hold, as far as the Bidi rule tells them apart.</summary>
internal enum BidiClass
{
    LeftToRight,
    RightToLeft,
    EuropeanNumber,
    ArabicNumber,
    Mark,
    Neutral,
}

/// <summary>What IDNA asks about characters.</summary>
internal static class UnicodeClasses
{
    // Letters that are compatibility forms of others, so that NFKC changes them, and conjoining Jamo.
    private static readonly (int First, int Last)[] Excluded =
    [
        (0x00AA, 0x00AA), (0x00BA, 0x00BA), (0x0132, 0x0133), (0x013F, 0x0140), (0x0149, 0x0149), (0x017F, 0x017F),
        (0x01C4, 0x01CC), (0x01F1, 0x01F3), (0x02B0, 0x02B8), (0x02E0, 0x02E4), (0x0340, 0x0341), (0x0343, 0x0345),
        (0x037A, 0x037A), (0x03D0, 0x03D6), (0x03F0, 0x03F2), (0x0587, 0x0587), (0x0675, 0x0678), (0x0E33, 0x0E33),
        (0x0EB3, 0x0EB3), (0x1100, 0x11FF), (0x1D2C, 0x1D6A), (0x1D9B, 0x1DBF), (0x1E9A, 0x1E9B), (0x2071, 0x209C),
        (0x2100, 0x214F), (0x2C7C, 0x2C7D), (0x302E, 0x302F), (0x3031, 0x3035), (0x303B, 0x303B), (0x3131, 0x318E),
        (0xA960, 0xA97F), (0xD7B0, 0xD7FF), (0xF900, 0xFA0D), (0xFA2A, 0xFAFF), (0xFB00, 0xFDFF), (0xFE70, 0xFEFF),
        (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1EE00, 0x1EEFF), (0x2F800, 0x2FA1F),
    ];

    private static readonly HashSet<int> Viramas =
    [
        0x094D, 0x09CD, 0x0A4D, 0x0ACD, 0x0B4D, 0x0BCD, 0x0C4D, 0x0CCD, 0x0D3B, 0x0D3C, 0x0D4D, 0x0DCA, 0x0E3A, 0x0EBA,
        0x0F84, 0x1039, 0x103A, 0x1714, 0x1715, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB, 0x1BF2, 0x1BF3, 0x2D7F,
        0xA806, 0xA82C, 0xA8C4, 0xA953, 0xA9C0, 0xAAF6, 0xABED,
    ];

    // Arabic letters that join only the letter before them (joining type R).
    private static readonly HashSet<int> RightJoining =
    [
        0x0622, 0x0623, 0x0624, 0x0625, 0x0627, 0x0629, 0x062F, 0x0630, 0x0631, 0x0632, 0x0648, 0x0671, 0x0672, 0x0673,
        0x0675, 0x0676, 0x0677, .. Enumerable.Range(0x0688, 18), 0x06C0, .. Enumerable.Range(0x06C3, 9), 0x06CD, 0x06CF,
        0x06D2, 0x06D3, 0x06D5, 0x06EE, 0x06EF,
    ];

    private static readonly (int First, int Last)[] HiraganaKatakanaHan =
    [
        (0x3005, 0x3005), (0x3007, 0x3007), (0x3041, 0x309F), (0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x31F0, 0x31FF),
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
    ];

    // Arabic letters that join at all.
    private static readonly (int First, int Last)[] Joining =
    [
        (0x0620, 0x0620), (0x0622, 0x063F), (0x0641, 0x064A), (0x066E, 0x066F), (0x0671, 0x0673), (0x0675, 0x06D3),
        (0x06FA, 0x06FF),
    ];

    private static readonly (int First, int Last)[] RightToLeft =
    [
        (0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF),
    ];

    private static readonly HashSet<int> AlwaysPermitted = [0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007];

    // Disallowed by name, or permitted in some contexts only.
    private static readonly HashSet<int> NeverPermitted =
    [
        0x00B7, 0x0375, 0x05F3, 0x05F4, 0x0640, .. Enumerable.Range(0x0660, 10), .. Enumerable.Range(0x06F0, 10),
        0x07FA, 0x30FB,
    ];

    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether RFC 5892 permits the character wherever it stands (PVALID).</summary>
    public static bool IsPermitted(Rune rune)
    {
        if (rune.IsAscii)
            return rune.Value is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';
        if (AlwaysPermitted.Contains(rune.Value))
            return true;
        var isLetterOrDigit = Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.DecimalDigitNumber;
        return isLetterOrDigit && !NeverPermitted.Contains(rune.Value) && !Contains(Excluded, rune.Value);
    }

    public static bool IsVirama(int codePoint) => Viramas.Contains(codePoint);

    public static bool IsGreek(int codePoint) =>
        codePoint is (>= 0x0370 and <= 0x03E1) or (>= 0x03F0 and <= 0x03FF) or (>= 0x1F00 and <= 0x1FFF);

    public static bool IsHebrew(int codePoint) => codePoint is >= 0x0591 and <= 0x05F4;

    public static bool IsHiraganaKatakanaOrHan(int codePoint) => Contains(HiraganaKatakanaHan, codePoint);

    /// <summary>Joining type D, for the Arabic block.</summary>
    public static bool JoinsOnBothSides(int codePoint) => Contains(Joining, codePoint) && !JoinsOnTheRight(codePoint);

    /// <summary>Joining type R, for the Arabic block.</summary>
    public static bool JoinsOnTheRight(int codePoint) => RightJoining.Contains(codePoint);

    public static BidiClass BidiOf(Rune rune)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return BidiClass.Mark;
        if (rune.Value is (>= '0' and <= '9') or (>= 0x06F0 and <= 0x06F9))
            return BidiClass.EuropeanNumber;
        if (rune.Value is (>= 0x0660 and <= 0x0669) or (>= 0x10D30 and <= 0x10D39))
            return BidiClass.ArabicNumber;
        if (rune.Value is '-' or 0x00B7 or 0x0375 or 0x30FB or 0x200C or 0x200D)
            return BidiClass.Neutral;
        return Contains(RightToLeft, rune.Value) ? BidiClass.RightToLeft : BidiClass.LeftToRight;
    }

    private static bool Contains((int First, int Last)[] ranges, int codePoint) =>
        Array.Exists(ranges, range => codePoint >= range.First && codePoint <= range.Last);
}
