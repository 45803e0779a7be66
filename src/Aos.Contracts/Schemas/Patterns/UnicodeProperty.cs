using System.Collections.Concurrent;
using System.Globalization;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>The sets behind <c>\p{…}</c>: general categories, by any of their names, and a few binary properties.
/// Scripts are not supported: the framework has no data on them.</summary>
internal static class UnicodeProperty
{
    private static readonly ConcurrentDictionary<string, CodePointSet> Sets = new(StringComparer.Ordinal);

    /// <summary>The set of what stands in the braces; null where it is not known.</summary>
    public static CodePointSet? Find(string expression)
    {
        var name = expression;
        foreach (var prefix in (string[])["General_Category=", "gc="])
        {
            if (expression.StartsWith(prefix, StringComparison.Ordinal))
                name = expression[prefix.Length..];
        }

        if (Categories(name) is { } codes)
            return Sets.GetOrAdd(codes, OfCategories);
        return name.Length == expression.Length ? Binary(name) : null;
    }

    private static CodePointSet? Binary(string name)
    {
        var set = new CodePointSet();
        switch (name)
        {
            case "Any":
                set.Add(0, 0x10FFFF);
                return set;
            case "ASCII":
                set.Add(0, 0x7F);
                return set;
            case "ASCII_Hex_Digit" or "AHex":
                set.Add('0', '9');
                set.Add('A', 'F');
                set.Add('a', 'f');
                return set;
            case "White_Space" or "space":
                set.Add(CodePointSet.Space);
                set.Add(0x85, 0x85);
                return set;
            default:
                return null;
        }
    }

    // Two-letter codes in a row; the letters of a group stand for all its members.
    private static string? Categories(string name) => name switch
    {
        "L" or "Letter" => "LuLlLtLmLo",
        "LC" or "Cased_Letter" => "LuLlLt",
        "Lu" or "Uppercase_Letter" => "Lu",
        "Ll" or "Lowercase_Letter" => "Ll",
        "Lt" or "Titlecase_Letter" => "Lt",
        "Lm" or "Modifier_Letter" => "Lm",
        "Lo" or "Other_Letter" => "Lo",
        "M" or "Mark" or "Combining_Mark" => "MnMcMe",
        "Mn" or "Nonspacing_Mark" => "Mn",
        "Mc" or "Spacing_Mark" => "Mc",
        "Me" or "Enclosing_Mark" => "Me",
        "N" or "Number" => "NdNlNo",
        "Nd" or "Decimal_Number" or "digit" => "Nd",
        "Nl" or "Letter_Number" => "Nl",
        "No" or "Other_Number" => "No",
        "P" or "Punctuation" or "punct" => "PcPdPsPePiPfPo",
        "Pc" or "Connector_Punctuation" => "Pc",
        "Pd" or "Dash_Punctuation" => "Pd",
        "Ps" or "Open_Punctuation" => "Ps",
        "Pe" or "Close_Punctuation" => "Pe",
        "Pi" or "Initial_Punctuation" => "Pi",
        "Pf" or "Final_Punctuation" => "Pf",
        "Po" or "Other_Punctuation" => "Po",
        "S" or "Symbol" => "SmScSkSo",
        "Sm" or "Math_Symbol" => "Sm",
        "Sc" or "Currency_Symbol" => "Sc",
        "Sk" or "Modifier_Symbol" => "Sk",
        "So" or "Other_Symbol" => "So",
        "Z" or "Separator" => "ZsZlZp",
        "Zs" or "Space_Separator" => "Zs",
        "Zl" or "Line_Separator" => "Zl",
        "Zp" or "Paragraph_Separator" => "Zp",
        "C" or "Other" => "CcCfCoCn",
        "Cc" or "Control" or "cntrl" => "Cc",
        "Cf" or "Format" => "Cf",
        "Co" or "Private_Use" => "Co",
        "Cn" or "Unassigned" => "Cn",
        _ => null,
    };

    private static string CodeOf(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.Surrogate => "Cs",
        _ => "Cn",
    };

    private static CodePointSet OfCategories(string codes)
    {
        var wanted = new bool[30];
        foreach (var category in Enum.GetValues<UnicodeCategory>())
            wanted[(int)category] = codes.Contains(CodeOf(category), StringComparison.Ordinal);

        var set = new CodePointSet();
        var start = -1;
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            var isIn = wanted[(int)CharUnicodeInfo.GetUnicodeCategory(codePoint)];
            if (isIn && start < 0)
                start = codePoint;
            if (isIn || start < 0)
                continue;
            set.Add(start, codePoint - 1);
            start = -1;
        }

        if (start >= 0)
            set.Add(start, 0x10FFFF);
        return set;
    }
}
