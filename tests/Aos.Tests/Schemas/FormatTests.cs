using Aos.Contracts.Schemas.Formats;

namespace Aos.Tests.Schemas;

/// <summary>What the official suite leaves open; it covers the rest.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("date", "0000-02-29", true)]
    [InlineData("time", "12:00:00.Z", false)]
    [InlineData("time", "23:59:60-00:00", true)]
    [InlineData("time", "1a:00:00Z", false)]
    [InlineData("time", "12:00:00+1:000", false)]
    [InlineData("time", "12:00:00+0a:00", false)]
    [InlineData("date-time", "2020-01-01 00:00:00Z", false)]
    [InlineData("duration", "P1DT", false)]
    [InlineData("duration", "P1D1D", false)]
    [InlineData("email", "\"a\\\"b\"@example.com", true)]
    [InlineData("email", "\"a\"b\"@example.com", false)]
    [InlineData("email", "\"ab\\\"@example.com", false)]
    [InlineData("email", "\"@example.com", false)]
    [InlineData("email", "\"a\tb\"@example.com", false)]
    [InlineData("email", "a@[]", false)]
    [InlineData("email", "aé@example.com", false)]
    [InlineData("idn-email", "aé@-x.com", false)]
    [InlineData("uri", "http://[v1.a:b]/", true)]
    [InlineData("uri", "http://[vg.a]/", false)]
    [InlineData("uri", "http://[v1.]/", false)]
    [InlineData("uri", "http://[v.x]/", false)]
    [InlineData("uri", "http://[v1.%41]/", false)]
    [InlineData("uri", "http://[::1]:80/", true)]
    [InlineData("uri", "http://[::1]:x/", false)]
    [InlineData("uri", "http://[::1]80/", false)]
    [InlineData("uri", "http://a:80", true)]
    [InlineData("uri", "http://a/?[", false)]
    [InlineData("uri", ":a", false)]
    [InlineData("iri", "http://a/\uE000", false)]
    [InlineData("iri", "http://a/?\uE000", true)]
    [InlineData("iri", "http://a/\u0085", false)]
    [InlineData("iri", "http://a/\uFDD0", false)]
    [InlineData("iri", "http://a/\uFDF0", true)]
    [InlineData("iri", "http://a/\uFFFF", false)]
    [InlineData("iri", "http://a/\uFA00", true)]
    [InlineData("iri", "http://a/\U0001FFFE", false)]
    [InlineData("iri", "http://a/\U000E0001", false)]
    [InlineData("iri", "http://a/\U000E1000", true)]
    [InlineData("iri", "http://a/\U000F0000", false)]
    [InlineData("iri", "http://a/?\U00100000", true)]
    [InlineData("uri-template", "%4", false)]
    [InlineData("uri-template", "\u0085", false)]
    [InlineData("uri-template", "\uE000", true)]
    [InlineData("uri-template", "{%4}", false)]
    [InlineData("uri-template", "{v:1a}", false)]
    [InlineData("ipv6", "1:2:3:4:5:6:7::", true)]
    [InlineData("ipv6", "1:2:3:4:5:6:7:8::", false)]
    [InlineData("ipv6", "1.2.3.4::1", false)]
    [InlineData("hostname", "a..b", false)]
    [InlineData("hostname", "xn--a-\u00e9", false)]
    [InlineData("hostname", "xn--99999999", false)]
    [InlineData("hostname", "xn--4ca", true)]
    [InlineData("hostname", "xn--4ca.EXAMPLE", true)]
    [InlineData("idn-hostname", "ä.example", true)]
    [InlineData("idn-hostname", "\u05D0\u05B0", true)]
    [InlineData("idn-hostname", "\u05D0-\u05D1", true)]
    [InlineData("idn-hostname", "\u05D0a", false)]
    [InlineData("idn-hostname", "a-1.\u05D0", true)]
    [InlineData("idn-hostname", "\u0627\u200C\u0628", false)]
    [InlineData("idn-hostname", "\u0628\u064B\u200C\u064B\u0627", true)]
    [InlineData("idn-hostname", "\u0628\u200C", false)]
    [InlineData("idn-hostname", "é\uFF21", false)]
    [InlineData("idn-hostname", "é É", false)]
    [InlineData("idn-hostname", "\U00020000\u30FB", true)]
    [InlineData("idn-hostname", "\u200C", false)]
    [InlineData("idn-hostname", "\u0301\u200C\u0628", false)]
    [InlineData("idn-hostname", "l\u00B7", false)]
    [InlineData("idn-hostname", "\u05D0.-", false)]
    [InlineData("idn-hostname", "\u06601", false)]
    [InlineData("idn-hostname", "\u05D0.\u0661", false)]
    [InlineData("idn-hostname", "\u0628\u0661\u06F1", false)]
    [InlineData("hostname", "xn--99999999999", false)]
    [InlineData("hostname", "xn--ab-_", false)]
    [InlineData("hostname", "xn--a-", false)]
    [InlineData("uri", "http://[::1", false)]
    [InlineData("uri", "http://a:b:80/", false)]
    [InlineData("unknown", "x", true)]
    public void A_text_has_a_format_or_not(string format, string text, bool expected) =>
        Assert.Equal(expected, Format.Find(format)?.Invoke(text) ?? true);

    [Fact]
    public void A_domain_longer_than_a_name_may_be_is_refused()
    {
        var label = new string('a', 60) + ".";

        Assert.True(HostFormats.IsDomain(string.Concat(Enumerable.Repeat(label, 4)) + "com", international: false));
        Assert.False(
            HostFormats.IsDomain(string.Concat(Enumerable.Repeat(label, 4)) + "commercials", international: false));
    }

    [Theory]
    [InlineData("9")] // cut off
    [InlineData("a!")] // no digit
    [InlineData("99999999999")] // a delta beyond any code point
    [InlineData("en32g")] // U+110000
    [InlineData("ab-oe24y")] // the same after letters
    [InlineData("ab-0d9k")] // a surrogate
    public void Broken_punycode_is_refused(string encoded) => Assert.False(Punycode.TryDecode(encoded, out _));

    // RFC 3492 §7.1, samples A, B, I, L and S.
    [Theory]
    [InlineData("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn")]
    [InlineData("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye")]
    [InlineData("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l")]
    [InlineData("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b")]
    [InlineData("-> $1.00 <-", "-> $1.00 <--")]
    public void Punycode_encodes_and_decodes_as_rfc_3492_shows(string text, string encoded)
    {
        Assert.Equal(encoded, Punycode.Encode(text));
        Assert.True(Punycode.TryDecode(encoded, out var decoded));
        Assert.Equal(text, decoded);
    }
}
