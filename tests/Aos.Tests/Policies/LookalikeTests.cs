using Aos.Runtime.Approvals;

namespace Aos.Tests.Policies;

/// <summary>What a person is shown must not pass for something else.</summary>
public sealed class LookalikeTests
{
    [Theory]
    [InlineData("p\u0430ypal.com", "p\\u0430ypal.com")]
    [InlineData("\u0440\u0430\u0443\u0440\u0430l.com", "\\u0440\\u0430\\u0443\\u0440\\u0430l.com")]
    [InlineData("\u0441\u043e\u0440", "\\u0441\\u043e\\u0440")]
    [InlineData("g\u03bf\u03bfgle", "g\\u03bf\\u03bfgle")]
    [InlineData("\uff50\uff41y", "\\uff50\\uff41y")]
    [InlineData("https:\u2044\u2044x", "https:\\u2044\\u2044x")]
    [InlineData("a\u2024b", "a\\u2024b")]
    [InlineData("\U0001d41aaa", "\\ud835\\udc1aaa")]
    [InlineData("\u2170d", "\\u2170d")]
    [InlineData("exampl\u0435\u0301", "exampl\\u0435\u0301")]
    public void What_passes_for_ascii_is_written_as_an_escape(string text, string shown) =>
        Assert.Equal(shown, Lookalikes.Reveal(text));

    [Theory]
    [InlineData("plain ASCII, \"quoted\" {1}")]
    [InlineData("\u041c\u043e\u0441\u043a\u0432\u0430")]
    [InlineData("\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1")]
    [InlineData("Gr\u00fc\u00dfe, na\u00efve caf\u00e9")]
    [InlineData("\u6771\u4eac \u0645\u0631\u062d\u0628\u0627 \U0001f600")]
    public void Words_of_one_script_stay_as_they_are(string text) => Assert.Equal(text, Lookalikes.Reveal(text));

    [Fact]
    public void A_lone_surrogate_is_left_to_who_escapes_what_cannot_be_seen() =>
        Assert.Equal("a\ud800b\u0431", Lookalikes.Reveal("a\ud800b\u0431"));
}
