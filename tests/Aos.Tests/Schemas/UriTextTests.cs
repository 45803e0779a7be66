using Aos.Contracts.Schemas.Loading;

namespace Aos.Tests.Schemas;

public sealed class UriTextTests
{
    // RFC 3986 §5.4.1 and §5.4.2.
    [Theory]
    [InlineData("g:h", "g:h")]
    [InlineData("g", "http://a/b/c/g")]
    [InlineData("./g", "http://a/b/c/g")]
    [InlineData("g/", "http://a/b/c/g/")]
    [InlineData("/g", "http://a/g")]
    [InlineData("//g", "http://g")]
    [InlineData("?y", "http://a/b/c/d;p?y")]
    [InlineData("g?y", "http://a/b/c/g?y")]
    [InlineData("#s", "http://a/b/c/d;p?q#s")]
    [InlineData("g#s", "http://a/b/c/g#s")]
    [InlineData("g?y#s", "http://a/b/c/g?y#s")]
    [InlineData(";x", "http://a/b/c/;x")]
    [InlineData("", "http://a/b/c/d;p?q")]
    [InlineData(".", "http://a/b/c/")]
    [InlineData("./", "http://a/b/c/")]
    [InlineData("..", "http://a/b/")]
    [InlineData("../g", "http://a/b/g")]
    [InlineData("../..", "http://a/")]
    [InlineData("../../../g", "http://a/g")]
    [InlineData("/./g", "http://a/g")]
    [InlineData("/../g", "http://a/g")]
    [InlineData("g.", "http://a/b/c/g.")]
    [InlineData("..g", "http://a/b/c/..g")]
    [InlineData("./g/.", "http://a/b/c/g/")]
    [InlineData("g/./h", "http://a/b/c/g/h")]
    [InlineData("g/../h", "http://a/b/c/h")]
    [InlineData("g?y/./x", "http://a/b/c/g?y/./x")]
    public void References_resolve_as_rfc_3986_says(string reference, string expected) =>
        Assert.Equal(expected, UriText.Resolve("http://a/b/c/d;p?q", reference));

    [Theory]
    [InlineData("", "#/a", "#/a")]
    [InlineData("", "x/y", "x/y")]
    [InlineData("urn:uuid:1", "#a", "urn:uuid:1#a")]
    [InlineData("http://host", "x", "http://host/x")]
    [InlineData("a/b", "../../c", "c")]
    public void Bases_of_other_kinds_work_too(string baseUri, string reference, string expected) =>
        Assert.Equal(expected, UriText.Resolve(baseUri, reference));

    [Fact]
    public void A_fragment_is_split_off_and_decoded()
    {
        Assert.Equal(("http://x/", "/a b"), UriText.Split("http://x/#/a%20b"));
        Assert.Equal(("http://x/", null), UriText.Split("http://x/"));
        Assert.Equal("#/a~1b/%25/%E2%82%AC", UriText.Fragment("/a~1b/%/€"));
    }
}
