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

    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether RFC 5892 permits the character wherever it stands (PVALID).</summary>
    public static bool IsPermitted(Rune rune)
    {
        if (rune.IsAscii)
            return rune.Value is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';
        if (rune.Value is 0x00DF or 0x03C2 or 0x06FD or 0x06FE or 0x0F0B or 0x3007)
            return true;
        if (rune.Value is 0x0375 or 0x05F3 or 0x05F4 or 0x0640 or 0x07FA or (>= 0x0660 and <= 0x0669) or (>= 0x06F0 and <= 0x06F9))
            return false;
        var isLetterOrDigit = Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.DecimalDigitNumber;
        return isLetterOrDigit && !Array.Exists(Excluded, range => rune.Value >= range.First && rune.Value <= range.Last);
    }

    public static bool IsVirama(int codePoint) => Viramas.Contains(codePoint);

    public static bool IsGreek(int codePoint) =>
        codePoint is (>= 0x0370 and <= 0x03E1) or (>= 0x03F0 and <= 0x03FF) or (>= 0x1F00 and <= 0x1FFF);

    public static bool IsHebrew(int codePoint) => codePoint is >= 0x0591 and <= 0x05F4;

    public static bool IsHiraganaKatakanaOrHan(int codePoint) => codePoint
        is (>= 0x3041 and <= 0x309F) or (>= 0x30A1 and <= 0x30FA) or (>= 0x30FD and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF)
        or 0x3005 or 0x3007 or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Joining type D, for the Arabic block.</summary>
    public static bool JoinsOnBothSides(int codePoint) =>
        codePoint is (>= 0x0620 and <= 0x064A and not 0x0621 and not 0x0640) or (>= 0x066E and <= 0x06D3 and not 0x0670 and not 0x0674)
            or (>= 0x06FA and <= 0x06FF)
        && !JoinsOnTheRight(codePoint);

    /// <summary>Joining type R, for the Arabic block.</summary>
    public static bool JoinsOnTheRight(int codePoint) => RightJoining.Contains(codePoint);

    public static BidiClass BidiOf(Rune rune)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return BidiClass.Mark;
        return rune.Value switch
        {
            (>= '0' and <= '9') or (>= 0x06F0 and <= 0x06F9) => BidiClass.EuropeanNumber,
            (>= 0x0660 and <= 0x0669) or 0x066B or 0x066C or (>= 0x10D30 and <= 0x10D39) => BidiClass.ArabicNumber,
            (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF)
                or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF) => BidiClass.RightToLeft,
            '-' or 0x00B7 or 0x0375 or 0x30FB or 0x200C or 0x200D => BidiClass.Neutral,
            _ => BidiClass.LeftToRight,
        };
    }
}
