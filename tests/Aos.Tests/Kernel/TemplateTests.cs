using System.Text;
using Aos.Contracts.Expressions;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;

namespace Aos.Tests.Kernel;

/// <summary>Templates: JSON whose strings may hold expressions.</summary>
public sealed class TemplateTests
{
    private static Payload Json(string json) => Payload.FromUtf8(Encoding.UTF8.GetBytes(json));

    private static Rendered Render(
        string template, string data = """{"n":7,"s":"x","nil":null,"o":{"b":1,"a":[true]},"t":"a \"q\" ü 😀"}""") =>
        Template.Compile(Json(template)).Render(ExpressionValue.FromElement(Json(data).Element));

    [Theory]
    // A whole string takes the value.
    [InlineData(""" "${n}" """, "7")]
    [InlineData(""" "${s}" """, "\"x\"")]
    [InlineData(""" "${nil}" """, "null")]
    [InlineData(""" "${missing}" """, "null")]
    [InlineData(""" "${o}" """, """{"a":[true],"b":1}""")]
    [InlineData(""" ["${n}", {"k": "${o.a}"}] """, """[7,{"k":[true]}]""")]
    // Text takes text; what is no text, as JSON.
    [InlineData(""" "n=${n}" """, "\"n=7\"")]
    [InlineData(""" "${s}${s}" """, "\"xx\"")]
    [InlineData(""" " ${s}" """, "\" x\"")]
    [InlineData(""" "o=${o};" """, """ "o={\"a\":[true],\"b\":1};" """)]
    [InlineData(""" "t=${t}" """, """ "t=a \"q\" ü 😀" """)]
    [InlineData(""" "b=${o.a[0]}" """, "\"b=true\"")]
    // Escapes.
    [InlineData(""" "$${n}" """, "\"${n}\"")]
    [InlineData(""" "$$${n}" """, "\"$${n}\"")]
    [InlineData(""" "a $${n} ${n}" """, "\"a ${n} 7\"")]
    [InlineData(""" "cost: $5 {n} $ {n}" """, "\"cost: $5 {n} $ {n}\"")]
    [InlineData(""" "" """, "\"\"")]
    // The closing brace is found by the expression's own tokens.
    [InlineData(""" "${o.{x: b, y: a}}" """, """{"x":1,"y":[true]}""")]
    [InlineData(""" "${'}'}" """, "\"}\"")]
    [InlineData(""" "${`{\"k\":\"}\"}`.k}!" """, "\"}!\"")]
    // Members are sorted; everything without expressions is canonical.
    [InlineData("""{"b": 1.0, "a": "${n}", "é": [ 1e2 ]}""", """{"a":7,"b":1,"é":[100]}""")]
    [InlineData(
        """{"z": {"y": 1, "x": 2}, "a": [1, {"d": 1, "c": 2}]}""", """{"a":[1,{"c":2,"d":1}],"z":{"x":2,"y":1}}""")]
    [InlineData(
        """{"😀": ["${n}"], "\u2028<&>": {}, "l": [], "a\n\"": 1}""",
        "{\"a\\n\\\"\":1,\"l\":[],\"\u2028<&>\":{},\"😀\":[7]}")]
    [InlineData("true", "true")]
    public void A_template_renders(string template, string expected)
    {
        var rendered = Render(template);

        Assert.Null(rendered.Error);
        Assert.Equal(expected.Trim(), rendered.Payload.ToString());
        Assert.False(rendered.HasUnknown);
    }

    [Fact]
    public void A_null_inside_text_fails_and_says_what_to_do()
    {
        var rendered = Render(""" {"a": "x ${nil}"} """);

        Assert.Contains("'nil' is null, which cannot stand inside text", rendered.Error, StringComparison.Ordinal);
        Assert.Equal("\"x d\"", Render(""" "x ${nil || 'd'}" """).Payload.ToString());
    }

    [Theory]
    [InlineData(""" "${length(n)}" """)]
    [InlineData(""" "x ${length(n)}" """)]
    public void An_expression_that_fails_fails_the_template(string template) =>
        Assert.StartsWith("'length(n)' failed", Render(template).Error, StringComparison.Ordinal);

    [Fact]
    public void The_first_failure_is_told() =>
        Assert.StartsWith("'nil'", Render("""["x ${nil}", "${length(n)}"]""").Error, StringComparison.Ordinal);

    [Fact]
    public void No_template_is_the_empty_object()
    {
        Assert.Equal("{}", Template.Compile(null).Literal!.ToString());
        Assert.Null(Template.Compile(Json("\"${n}\"")).Literal);
    }

    [Theory]
    [InlineData(""" {"a":"${u}","b":"${n}"} """, """{"a":null,"b":1}""")]
    [InlineData(""" {"a":"x ${u}"} """, """{"a":"x "}""")]
    [InlineData(""" {"a":"${[n, u]}"} """, """{"a":[1,null]}""")]
    [InlineData(
        """ {"a":"${{z: n, b: u, a: {x: u, l: [u]}}}"} """, """{"a":{"a":{"l":[null],"x":null},"b":null,"z":1}}""")]
    [InlineData(""" {"a":"x ${[n, u]}"} """, """{"a":"x "}""")]
    [InlineData(""" {"a":"${u.deep[0]}"} """, """{"a":null}""")]
    public void What_is_unknown_is_null_and_said_to_be_unknown(string template, string expected)
    {
        var rendered = Template.Compile(Json(template)).Render(ExpressionValue.FromObject(new PartlyUnknown()));

        Assert.Null(rendered.Error);
        Assert.True(rendered.HasUnknown);
        Assert.Equal(expected, rendered.Payload.ToString());
    }

    private sealed class PartlyUnknown : ExpressionObject
    {
        public override IEnumerable<string> MemberNames => ["n", "u"];

        public override bool TryGetMember(string name, out ExpressionValue value)
        {
            value = name == "n" ? ExpressionValue.FromInteger(1) : ExpressionValue.Unknown;
            return true;
        }
    }
}
