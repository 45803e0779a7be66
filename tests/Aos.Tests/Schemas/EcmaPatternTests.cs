using Aos.Contracts.Schemas.Patterns;

namespace Aos.Tests.Schemas;

public sealed class EcmaPatternTests
{
    [Theory]
    [InlineData("^a$", "a", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData("b", "abc", true)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^..$", "😀", false)]
    [InlineData("^.{2}$", "😀é", true)]
    [InlineData("^.*$", "a\u2028", false)]
    [InlineData("^.+$", "😀😀", true)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[^a]*$", "😀b", true)]
    [InlineData("^[^a]+$", "ba", false)]
    [InlineData("^[😀-😂]$", "😁", true)]
    [InlineData("^[😀-😂]+$", "😁😃", false)]
    [InlineData("^[\\u{1F600}-\\u{2F8FF}x]{2}$", "𠀀x", true)]
    [InlineData("^[^\\u{1F600}]$", "\U0001F601", true)]
    [InlineData("^[^\\u{1F600}]$", "\U0001F600", false)]
    [InlineData("^\\u{1F600}\\uD83D\\uDE00\\u0041\\x42$", "😀😀AB", true)]
    [InlineData("^😀*$", "😀😀", true)]
    [InlineData("^\\d\\D\\w\\W\\s\\S$", "0aZ- .", true)]
    [InlineData("^\\d$", "٣", false)]
    [InlineData("^[\\d\\-x]+$", "1-x", true)]
    [InlineData("^[a-\\d]+$", "a-1", true)]
    [InlineData("^[\\d-x]+$", "1-x", true)]
    [InlineData("^[a-]+$", "a-", true)]
    [InlineData("^[\\W]$", "é", true)]
    [InlineData("^[^\\W]$", "é", false)]
    [InlineData("^[^\\s\\S]$", "a", false)]
    [InlineData("[]", "a", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^[\\b]$", "\b", true)]
    [InlineData("\\bfoo\\b", "a foo.", true)]
    [InlineData("\\bfoo\\b", "afoo", false)]
    [InlineData("é\\bfoo", "éfoo", true)]
    [InlineData("o\\Bo", "foo", true)]
    [InlineData("^\\Bfoo", "foo", false)]
    [InlineData("^\\0\\cJ\\ca\\t\\n\\v\\f\\r$", "\0\n\u0001\t\n\v\f\r", true)]
    [InlineData("^\\.\\/\\-\\@\\^\\$\\\\$", "./-@^$\\", true)]
    [InlineData("^(a)(?:b)(?<n>c)\\2\\k<n>\\1$", "abccca", true)]
    [InlineData("^(?<x>a)(b)\\2\\1$", "abba", true)]
    [InlineData("^(?<x>a)(b)\\2\\1$", "abab", false)]
    [InlineData("^(?:(a)|b)\\1c$", "bc", true)]
    [InlineData("^\\1(a)$", "a", true)]
    [InlineData("^(a)\\1{2}$", "aaa", true)]
    [InlineData("^(?=ab)a(?!c)b(?<=ab)(?<!c)$", "ab", true)]
    [InlineData("(?<=a+)b", "aab", true)]
    [InlineData("^a{2}b{1,}c{0,2}d{2,3}?$", "aabbccdd", true)]
    [InlineData("^a{2}$", "aaa", false)]
    [InlineData("^a{1,99999999999}$", "aaa", true)]
    [InlineData("^a??b*?c+?$", "abcc", true)]
    [InlineData("^{a}{,2}]}$", "{a}{,2}]}", true)]
    [InlineData("^a{x}$", "a{x}", true)]
    [InlineData("^a{$", "a{", true)]
    [InlineData("a|b|", "", true)]
    [InlineData("^(a|b)+$", "abba", true)]
    [InlineData("^\\p{L}\\p{Lu}\\P{L}$", "éÉ1", true)]
    [InlineData("^\\p{L}$", "𝒜", true)]
    [InlineData("^\\p{General_Category=Decimal_Number}\\p{gc=Nd}$", "٣3", true)]
    [InlineData("^\\p{Any}\\p{ASCII}\\p{AHex}\\p{space}$", "😀aF\u0085", true)]
    [InlineData("^\\p{Cn}$", "\U0010FFFF", true)]
    [InlineData("^\\p{Co}$", "\U0010FFFD", true)]
    [InlineData("^[\\p{Lu}\\p{Nd}]+$", "ÉA3", true)]
    [InlineData("^[^\\p{L}]$", "x", false)]
    [InlineData("^ #\"é$", " #\"é", true)]
    public void A_pattern_means_what_ecma_262_says(string source, string text, bool expected)
    {
        foreach (var linearBudget in (int[])[0, int.MaxValue])
        {
            var pattern = Create(source, linearBudget);
            Assert.Equal(expected, pattern.IsMatch(text));
            Assert.Equal(source, pattern.Source);
        }
    }

    [Theory]
    [InlineData("(a", "a '(' is not closed at character 3")]
    [InlineData("a)", "a ')' closes nothing at character 2")]
    [InlineData("[a", "a '[' is not closed at character 3")]
    [InlineData("*a", "there is nothing to repeat at character 1")]
    [InlineData("{2}", "there is nothing to repeat at character 1")]
    [InlineData("a**", "there is nothing to repeat at character 3")]
    [InlineData("^*", "there is nothing to repeat at character 2")]
    [InlineData("$+", "there is nothing to repeat at character 2")]
    [InlineData("(?=a)*", "there is nothing to repeat at character 6")]
    [InlineData("\\b+", "there is nothing to repeat at character 3")]
    [InlineData("a{3,2}", "the numbers of a repetition are in the wrong order at character 2")]
    [InlineData("[b-a]", "a range of a class is in the wrong order at character 5")]
    [InlineData("[a-\\z]", "\\z is no escape at character 6")]
    [InlineData("\\a", "\\a is no escape at character 3")]
    [InlineData("\\01", "\\0 is no escape at character 3")]
    [InlineData("\\c1", "\\c is no escape at character 3")]
    [InlineData("\\", "a backslash ends the pattern at character 2")]
    [InlineData("\\x4", "\\x needs two hexadecimal digits at character 3")]
    [InlineData("\\u12", "\\u needs four hexadecimal digits at character 3")]
    [InlineData("\\u{110000}", "\\u{…} needs a hexadecimal code point at character 10")]
    [InlineData("\\u{41", "\\u{…} needs a hexadecimal code point at character 6")]
    [InlineData("\\uD83D\\u0041", "half of a surrogate pair matches nothing at character 13")]
    [InlineData("\\p", "\\p needs a property in braces at character 3")]
    [InlineData("\\p{Script=Greek}", "the Unicode property Script=Greek is not supported at character 16")]
    [InlineData("\\p{gc=Any}", "the Unicode property gc=Any is not supported at character 10")]
    [InlineData("\\p{L", "\\p{ is not closed at character 5")]
    [InlineData("(?i)a", "this kind of group is not ECMA-262 at character 1")]
    [InlineData("(?>a)", "this kind of group is not ECMA-262 at character 1")]
    [InlineData("(?P<n>a)", "this kind of group is not ECMA-262 at character 1")]
    [InlineData("(?<n>a)(?<n>b)", "a group has no valid name, or one that another group has")]
    [InlineData("(?<>a)", "a group has no valid name, or one that another group has")]
    [InlineData("(?<1>a)", "a group has no valid name, or one that another group has")]
    [InlineData("(?<a-b>a)", "a group has no valid name, or one that another group has")]
    [InlineData("\\k<n>", "a \\k names no group at character 5")]
    [InlineData("\\k", "a back-reference has no group at character 2")]
    [InlineData("(a)\\2", "a back-reference has no group at character 6")]
    public void A_mistake_in_a_pattern_is_named_with_its_place(string source, string expected)
    {
        var linearBudget = int.MaxValue;
        Assert.False(EcmaPattern.TryCreate(source, TimeSpan.FromSeconds(1), ref linearBudget, out _, out var mistake));
        Assert.Equal(expected, mistake);
    }

    [Fact]
    public void A_pattern_is_bounded_in_length_and_nesting()
    {
        Assert.Contains("longer than 10000", Mistake(new string('a', 10_001)), StringComparison.Ordinal);
        Assert.Contains(
            "more than 100 deep", Mistake(new string('(', 101) + new string(')', 101)), StringComparison.Ordinal);
        Assert.True(EcmaTranslator.TryTranslate(new string('(', 100) + new string(')', 100), out _, out _));
    }

    [Fact]
    public void A_pattern_too_large_for_the_linear_engine_still_matches()
    {
        var pattern = Create("^(?:a{1000}){500}$", int.MaxValue);
        Assert.True(pattern.IsBacktracking);
        Assert.Equal(true, pattern.IsMatch(new string('a', 500_000)));
        Assert.Equal(false, pattern.IsMatch(new string('a', 500_001)));
    }

    [Theory]
    [InlineData("Lu", "A", "a")]
    [InlineData("Uppercase_Letter", "É", "é")]
    [InlineData("Ll", "a", "A")]
    [InlineData("Lowercase_Letter", "a", "1")]
    [InlineData("LC", "ǅ", "ʰ")]
    [InlineData("Cased_Letter", "a", "א")]
    [InlineData("Lt", "ǅ", "A")]
    [InlineData("Titlecase_Letter", "ǅ", "a")]
    [InlineData("Lm", "ʰ", "h")]
    [InlineData("Modifier_Letter", "ʰ", "h")]
    [InlineData("Lo", "א", "a")]
    [InlineData("Other_Letter", "א", "a")]
    [InlineData("M", "\u0301", "a")]
    [InlineData("Mark", "\u0903", "a")]
    [InlineData("Combining_Mark", "\u20DD", "a")]
    [InlineData("Mn", "\u0301", "\u0903")]
    [InlineData("Nonspacing_Mark", "\u0301", "a")]
    [InlineData("Mc", "\u0903", "\u0301")]
    [InlineData("Spacing_Mark", "\u0903", "a")]
    [InlineData("Me", "\u20DD", "a")]
    [InlineData("Enclosing_Mark", "\u20DD", "a")]
    [InlineData("N", "½", "a")]
    [InlineData("Number", "Ⅷ", "a")]
    [InlineData("Nl", "Ⅷ", "8")]
    [InlineData("Letter_Number", "Ⅷ", "8")]
    [InlineData("No", "½", "8")]
    [InlineData("Other_Number", "½", "8")]
    [InlineData("P", "!", "a")]
    [InlineData("Punctuation", "«", "+")]
    [InlineData("punct", "_", "+")]
    [InlineData("Pc", "_", "-")]
    [InlineData("Connector_Punctuation", "_", "-")]
    [InlineData("Pd", "-", "_")]
    [InlineData("Dash_Punctuation", "-", "_")]
    [InlineData("Ps", "(", ")")]
    [InlineData("Open_Punctuation", "(", ")")]
    [InlineData("Pe", ")", "(")]
    [InlineData("Close_Punctuation", ")", "(")]
    [InlineData("Pi", "«", "»")]
    [InlineData("Initial_Punctuation", "«", "»")]
    [InlineData("Pf", "»", "«")]
    [InlineData("Final_Punctuation", "»", "«")]
    [InlineData("Po", "!", "(")]
    [InlineData("Other_Punctuation", "!", "(")]
    [InlineData("S", "+", "!")]
    [InlineData("Symbol", "€", "!")]
    [InlineData("Sm", "+", "€")]
    [InlineData("Math_Symbol", "+", "€")]
    [InlineData("Sc", "€", "+")]
    [InlineData("Currency_Symbol", "€", "+")]
    [InlineData("Sk", "^", "+")]
    [InlineData("Modifier_Symbol", "^", "+")]
    [InlineData("So", "©", "+")]
    [InlineData("Other_Symbol", "😀", "+")]
    [InlineData("Z", " ", "a")]
    [InlineData("Separator", "\u2028", "a")]
    [InlineData("Zs", "\u00A0", "\u2028")]
    [InlineData("Space_Separator", " ", "\t")]
    [InlineData("Zl", "\u2028", "\u2029")]
    [InlineData("Line_Separator", "\u2028", "\u2029")]
    [InlineData("Zp", "\u2029", "\u2028")]
    [InlineData("Paragraph_Separator", "\u2029", "\u2028")]
    [InlineData("C", "\0", "a")]
    [InlineData("Other", "\u200D", "a")]
    [InlineData("Cc", "\t", "\u200D")]
    [InlineData("Control", "\0", "a")]
    [InlineData("cntrl", "\0", "a")]
    [InlineData("Cf", "\u200D", "\t")]
    [InlineData("Format", "\u200D", "\t")]
    [InlineData("Private_Use", "\uE000", "a")]
    [InlineData("Unassigned", "\u0378", "a")]
    [InlineData("Letter", "ʰ", "1")]
    [InlineData("ASCII_Hex_Digit", "f", "g")]
    [InlineData("White_Space", "\u0085", "a")]
    public void A_property_holds_its_own_characters_only(string property, string inside, string outside)
    {
        var pattern = Create($"^\\p{{{property}}}$", 0);
        Assert.Equal((true, false), (pattern.IsMatch(inside), pattern.IsMatch(outside)));
    }

    [Fact]
    public void Automata_are_built_only_while_they_are_cheap()
    {
        var few = string.Concat(Enumerable.Range('A', 20).Select(letter => (char)letter));
        var many = string.Concat(Enumerable.Range(0x4E00, 40).Select(letter => (char)letter));
        var budget = 900;

        Assert.True(EcmaPattern.TryCreate(few, TimeSpan.FromSeconds(1), ref budget, out var first, out _));
        Assert.True(EcmaPattern.TryCreate(few, TimeSpan.FromSeconds(1), ref budget, out var second, out _));
        Assert.True(EcmaPattern.TryCreate(few, TimeSpan.FromSeconds(1), ref budget, out var third, out _));

        Assert.Equal((false, false, true), (first.IsBacktracking, second.IsBacktracking, third.IsBacktracking));
        Assert.True(Create(many, int.MaxValue).IsBacktracking);
        Assert.True(Create("\\p{L}", int.MaxValue).IsBacktracking);
        Assert.False(Create("^[^/]+/.+$", int.MaxValue).IsBacktracking);
    }

    // A process that waits for its turn loses more than any limit: only patterns that can run away have one.
    [Fact]
    public void A_linear_pattern_is_answered_however_long_it_takes()
    {
        var budget = int.MaxValue;
        Assert.True(EcmaPattern.TryCreate("^(a|b)*c$", TimeSpan.FromTicks(1), ref budget, out var pattern, out _));

        Assert.False(pattern.IsBacktracking);
        Assert.Equal(false, pattern.IsMatch(new string('a', 20_000_000)));
    }

    private static EcmaPattern Create(string source, int linearBudget)
    {
        Assert.True(
            EcmaPattern.TryCreate(source, TimeSpan.FromSeconds(5), ref linearBudget, out var pattern, out var mistake),
            mistake);
        return pattern;
    }

    private static string Mistake(string source)
    {
        Assert.False(EcmaTranslator.TryTranslate(source, out _, out var mistake));
        return mistake;
    }
}
