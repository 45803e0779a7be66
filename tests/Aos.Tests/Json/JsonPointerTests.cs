using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Tests.Json;

public sealed class JsonPointerTests
{
    // The document and the table of RFC 6901 §5.
    private static readonly JsonElement Example = JsonElement.Parse("""
        { "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8 }
        """);

    [Theory]
    [InlineData("/foo", "[\"bar\", \"baz\"]")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/foo/1", "\"baz\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void The_examples_of_rfc_6901_resolve(string text, string expected)
    {
        Assert.True(JsonPointer.TryParse(text, out var pointer));
        Assert.True(pointer.TryResolve(Example, out var value));
        Assert.Equal(expected, value.GetRawText());
        Assert.Equal(text, pointer.ToString());
    }

    [Fact]
    public void The_empty_pointer_is_the_whole_document()
    {
        Assert.True(JsonPointer.TryParse("", out var pointer));
        Assert.True(pointer.IsRoot);
        Assert.Equal(JsonPointer.Root, pointer);
        Assert.Equal(JsonPointer.Root.GetHashCode(), pointer.GetHashCode());
        Assert.True(pointer.TryResolve(Example, out var value));
        Assert.Equal(Example.GetRawText(), value.GetRawText());
        Assert.Empty(pointer.Tokens());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("foo")]
    [InlineData("#/foo")]
    [InlineData("/a~")]
    [InlineData("/a~2b")]
    [InlineData("/~0/~")]
    public void What_is_no_pointer_is_refused(string? text)
    {
        Assert.False(JsonPointer.TryParse(text, out var pointer));
        Assert.Equal(JsonPointer.Root, pointer);
    }

    [Theory]
    [InlineData("/foo/2")]
    [InlineData("/foo/-")]
    [InlineData("/foo/00")]
    [InlineData("/foo/01")]
    [InlineData("/foo/+1")]
    [InlineData("/foo/1e0")]
    [InlineData("/foo/")]
    [InlineData("/foo/99999999999999999999")]
    [InlineData("/missing")]
    [InlineData("/foo/0/x")]
    [InlineData("/a~1b/x")]
    public void A_place_that_does_not_exist_does_not_resolve(string text)
    {
        Assert.True(JsonPointer.TryParse(text, out var pointer));
        Assert.False(pointer.TryResolve(Example, out var value));
        Assert.Equal(JsonValueKind.Undefined, value.ValueKind);
    }

    [Fact]
    public void Appended_tokens_are_escaped_and_read_back()
    {
        var pointer = JsonPointer.Root.Append("a/b").Append("~1").Append(12).Append("").Append("x");

        Assert.Equal("/a~1b/~01/12//x", pointer.ToString());
        Assert.Equal(["a/b", "~1", "12", "", "x"], pointer.Tokens());
        Assert.False(pointer.IsRoot);
        Assert.Throws<ArgumentOutOfRangeException>(() => pointer.Append(-1));
    }

    [Fact]
    public void Pointers_to_one_place_are_equal()
    {
        Assert.Equal(JsonPointer.Root.Append("0"), JsonPointer.Root.Append(0));
        Assert.NotEqual(JsonPointer.Root.Append("0"), JsonPointer.Root.Append("1"));
    }
}
