using System.Buffers;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Expressions;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class ExpressionValueTests
{
    [Theory]
    [InlineData("null", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    [InlineData("0", true)]
    [InlineData("\"\"", false)]
    [InlineData("\"a\"", true)]
    [InlineData("[]", false)]
    [InlineData("[null]", true)]
    [InlineData("{}", false)]
    [InlineData("{\"a\":null}", true)]
    public void Truth_is_that_of_JMESPath(string json, bool expected)
    {
        Assert.Equal(expected, Value(json).IsTruthy);
        Assert.Equal(expected, Rebuilt(Value(json)).IsTruthy);
    }

    [Fact]
    public void The_default_is_null_and_unknown_has_no_truth()
    {
        Assert.Equal(ExpressionValueKind.Null, default(ExpressionValue).Kind);
        Assert.Equal(ExpressionValueKind.Null, ExpressionValue.FromElement(default).Kind);
        Assert.Null(ExpressionValue.Unknown.IsTruthy);
        Assert.True(default(ExpressionResult).IsSuccess);
    }

    [Fact]
    public void Parts_are_reached_alike_in_a_document_and_in_memory()
    {
        var document = Value("""{"b":[1,"x",{"y":true}],"a":{},"c":-1.50}""");

        foreach (var value in new[] { document, Rebuilt(document) })
        {
            Assert.Equal(["b", "a", "c"], value.MemberNames);
            Assert.True(value.TryGetMember("b", out var list));
            Assert.Equal(3, list.ItemCount);
            Assert.Equal(["1", "x", ""], list.Items.Select(item => item.Text));
            Assert.True(list.Items.Last().TryGetMember("y", out var flag));
            Assert.True(flag.TryGetBoolean(out var truth));
            Assert.True(truth);
            Assert.True(value.TryGetMember("c", out var number));
            Assert.Equal("-1.50", number.Text);
            Assert.False(number.TryGetBoolean(out _));
            Assert.False(value.TryGetMember("z", out var missing));
            Assert.Equal(ExpressionValueKind.Null, missing.Kind);
            Assert.False(list.TryGetMember("b", out _));
            Assert.Empty(list.MemberNames);
            Assert.Empty(value.Items);
            Assert.Equal(0, value.ItemCount);
        }
    }

    [Fact]
    public void Something_unknown_has_every_member_each_unknown()
    {
        Assert.True(ExpressionValue.Unknown.TryGetMember("any", out var member));
        Assert.True(member.IsUnknown);
    }

    [Fact]
    public void Only_what_lies_in_a_document_gives_an_element()
    {
        Assert.True(Run("a", Value("""{"a":[1]}""")).TryGetElement(out var element));
        Assert.Equal("[1]", element.GetRawText());
        Assert.False(Run("[a]", Value("""{"a":[1]}""")).TryGetElement(out _));
        Assert.False(Value("null").TryGetElement(out _));
        Assert.False(ExpressionValue.FromString("a").TryGetElement(out _));
    }

    [Fact]
    public void Writing_keeps_the_order_of_the_source_and_canonical_bytes_do_not()
    {
        var value = Run(
            "{z: b, a: [a, 'x', `true`, `null`, floor(`2.5`), c]}", Value("""{"b":{"y":1.0,"x":2},"a":"\u00e9"}"""));

        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output)) value.WriteTo(writer);

        Assert.Equal(
            """{"z":{"y":1.0,"x":2},"a":["\u00E9","x",true,null,2,null]}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(
            """{"a":["é","x",true,null,2,null],"z":{"x":2,"y":1}}""", Encoding.UTF8.GetString(value.ToCanonicalUtf8()));
    }

    [Fact]
    public void Integers_are_written_whole() =>
        Assert.Equal(
            ["-9223372036854775808", "0", "42"],
            new[] { long.MinValue, 0, 42 }.Select(n => ExpressionValue.FromInteger(n).Text));

    // The same value with nothing of it in a document but scalars.
    private static ExpressionValue Rebuilt(ExpressionValue value) => value.Kind switch
    {
        ExpressionValueKind.Array => ExpressionValue.FromItems(value.Items.Select(Rebuilt)),
        ExpressionValueKind.Object =>
            new Scope([.. value.Members.Select(member => (member.Key, Rebuilt(member.Value)))]),
        ExpressionValueKind.String => ExpressionValue.FromString(value.Text),
        _ => value,
    };
}
