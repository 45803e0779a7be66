using Aos.Cli.Rendering;

namespace Aos.EndToEnd.Tests.Units;

public sealed class PlainTests
{
    [Theory]
    [InlineData("plain text, ünïcode 看 😀", "plain text, ünïcode 看 😀")]
    [InlineData("red\u001b[31m", "red\\u001b[31m")]
    [InlineData("a\u202eb\u2066c", "a\\u202eb\\u2066c")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff")]
    [InlineData("csi\u009b31m", "csi\\u009b31m")]
    [InlineData("tag\U000e0041", "tag\\udb40\\udc41")]
    [InlineData("no\u00a0break", "no\\u00a0break")]
    [InlineData("two\nlines", "two\\u000alines")]
    public void What_steers_hides_or_reorders_is_an_escape(string text, string shown) =>
        Assert.Equal(shown, Plain.Of(text));

    // Attributes cannot hold such a text.
    [Fact]
    public void Half_of_a_surrogate_pair_is_an_escape() => Assert.Equal("half\\ud83d", Plain.Of("half" + (char)0xd83d));

    [Fact]
    public void Line_feeds_stay_where_lines_are_wanted() =>
        Assert.Equal("two\nlines", Plain.Of("two\nlines", keepLines: true));

    [Fact]
    public void A_line_is_cut_with_an_ellipsis()
    {
        Assert.Equal("abcd…", Plain.Line("abcdefgh", 5));
        Assert.Equal("a b", Plain.Line("a\nb", 5));
    }
}
