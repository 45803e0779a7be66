using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>The sets behind <c>\p{…}</c>: general categories, by any of their names, and a few binary properties.
/// Scripts are not supported: the framework has no data on them.</summary>
internal static class UnicodeProperty
{
    private const int LastCodePoint = 0x10FFFF;

    // Every name of a general category (Unicode property value aliases) and the categories it stands for. Surrogates
    // are left out: no text holds one by itself.
    private static readonly FrozenDictionary<string, UnicodeCategory[]> Categories = Named(
        ("L Letter",
            [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter,
             UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter]),
        ("LC Cased_Letter",
            [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter]),
        ("Lu Uppercase_Letter", [UnicodeCategory.UppercaseLetter]),
        ("Ll Lowercase_Letter", [UnicodeCategory.LowercaseLetter]),
        ("Lt Titlecase_Letter", [UnicodeCategory.TitlecaseLetter]),
        ("Lm Modifier_Letter", [UnicodeCategory.ModifierLetter]),
        ("Lo Other_Letter", [UnicodeCategory.OtherLetter]),
        ("M Mark Combining_Mark",
            [UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark]),
        ("Mn Nonspacing_Mark", [UnicodeCategory.NonSpacingMark]),
        ("Mc Spacing_Mark", [UnicodeCategory.SpacingCombiningMark]),
        ("Me Enclosing_Mark", [UnicodeCategory.EnclosingMark]),
        ("N Number", [UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber]),
        ("Nd Decimal_Number digit", [UnicodeCategory.DecimalDigitNumber]),
        ("Nl Letter_Number", [UnicodeCategory.LetterNumber]),
        ("No Other_Number", [UnicodeCategory.OtherNumber]),
        ("P Punctuation punct",
            [UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation,
             UnicodeCategory.ClosePunctuation, UnicodeCategory.InitialQuotePunctuation,
             UnicodeCategory.FinalQuotePunctuation, UnicodeCategory.OtherPunctuation]),
        ("Pc Connector_Punctuation", [UnicodeCategory.ConnectorPunctuation]),
        ("Pd Dash_Punctuation", [UnicodeCategory.DashPunctuation]),
        ("Ps Open_Punctuation", [UnicodeCategory.OpenPunctuation]),
        ("Pe Close_Punctuation", [UnicodeCategory.ClosePunctuation]),
        ("Pi Initial_Punctuation", [UnicodeCategory.InitialQuotePunctuation]),
        ("Pf Final_Punctuation", [UnicodeCategory.FinalQuotePunctuation]),
        ("Po Other_Punctuation", [UnicodeCategory.OtherPunctuation]),
        ("S Symbol",
            [UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol,
             UnicodeCategory.OtherSymbol]),
        ("Sm Math_Symbol", [UnicodeCategory.MathSymbol]),
        ("Sc Currency_Symbol", [UnicodeCategory.CurrencySymbol]),
        ("Sk Modifier_Symbol", [UnicodeCategory.ModifierSymbol]),
        ("So Other_Symbol", [UnicodeCategory.OtherSymbol]),
        ("Z Separator",
            [UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator]),
        ("Zs Space_Separator", [UnicodeCategory.SpaceSeparator]),
        ("Zl Line_Separator", [UnicodeCategory.LineSeparator]),
        ("Zp Paragraph_Separator", [UnicodeCategory.ParagraphSeparator]),
        ("C Other",
            [UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.PrivateUse,
             UnicodeCategory.OtherNotAssigned]),
        ("Cc Control cntrl", [UnicodeCategory.Control]),
        ("Cf Format", [UnicodeCategory.Format]),
        ("Co Private_Use", [UnicodeCategory.PrivateUse]),
        ("Cn Unassigned", [UnicodeCategory.OtherNotAssigned]));

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

        if (Categories.TryGetValue(name, out var categories))
            return Sets.GetOrAdd(name, static (_, members) => Of(members), categories);
        return name.Length == expression.Length ? Binary(name) : null;
    }

    private static CodePointSet? Binary(string name)
    {
        var set = new CodePointSet();
        switch (name)
        {
            case "Any":
                set.Add(0, LastCodePoint);
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

    private static FrozenDictionary<string, UnicodeCategory[]> Named(
        params ReadOnlySpan<(string Names, UnicodeCategory[] Categories)> rows)
    {
        var named = new Dictionary<string, UnicodeCategory[]>(StringComparer.Ordinal);
        foreach (var (names, categories) in rows)
        {
            foreach (var name in names.Split(' '))
                named.Add(name, categories);
        }

        return named.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static CodePointSet Of(UnicodeCategory[] categories)
    {
        var set = new CodePointSet();
        var start = -1;
        for (var codePoint = 0; codePoint <= LastCodePoint; codePoint++)
        {
            var isIn = categories.Contains(CharUnicodeInfo.GetUnicodeCategory(codePoint));
            if (isIn && start < 0)
                start = codePoint;
            if (isIn || start < 0)
                continue;
            set.Add(start, codePoint - 1);
            start = -1;
        }

        if (start >= 0)
            set.Add(start, LastCodePoint);
        return set;
    }
}
