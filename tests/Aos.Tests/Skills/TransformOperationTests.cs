using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Json;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.JsonTransform;
using CsCheck;

namespace Aos.Tests.Skills;

public sealed class TransformOperationTests
{
    private static readonly JsonTransformSkill Skill = new();

    [Theory]
    [InlineData("""{"pick":["b","nope","a"]}""", """{"a":1,"b":2.50,"c":3}""", """{"a":1,"b":2.5}""")]
    [InlineData("""{"pick":["a"]}""", """[{"a":1,"b":2},{"b":3}]""", """[{"a":1},{}]""")]
    [InlineData("""{"omit":["a"]}""", """[{"a":1,"b":2},{"b":3}]""", """[{"b":2},{"b":3}]""")]
    [InlineData("""{"merge":{"b":9,"c":null}}""", """{"a":1,"b":{"x":1}}""", """{"a":1,"b":9,"c":null}""")]
    [InlineData("""{"merge":{"k":1}}""", """[{"a":1},{}]""", """[{"a":1,"k":1},{"k":1}]""")]
    [InlineData("""{"flatten":true}""", "[[1,[2]],3,[]]", "[1,[2],3]")]
    [InlineData("""{"flatten":2}""", "[[1,[2,[3]]],4]", "[1,2,[3],4]")]
    [InlineData(
        """{"flatten":"."}""", """{"a":{"b":1,"c":{"d":[1]}},"e":{},"f":2}""",
        """{"a.b":1,"a.c.d":[1],"e":{},"f":2}""")]
    [InlineData(
        """{"sort":"n"}""", """[{"n":10,"i":1},{"n":9.5},{"n":10,"i":2}]""",
        """[{"n":9.5},{"i":1,"n":10},{"i":2,"n":10}]""")]
    [InlineData(
        """{"sort":{"by":"n","order":"desc"}}""", """[{"n":10,"i":1},{"n":9.5},{"n":10,"i":2}]""",
        """[{"i":1,"n":10},{"i":2,"n":10},{"n":9.5}]""")]
    [InlineData("""{"sort":{}}""", """["b","a","é","Z"]""", """["Z","a","b","é"]""")]
    [InlineData("""{"group":"k"}""", """[{"k":"b","i":1},{"k":1},{"k":"b","i":2},{},{"k":1.0}]""",
        """[{"items":[{"i":1,"k":"b"},{"i":2,"k":"b"}],"key":"b"},{"items":[{"k":1},{"k":1}],"key":1},{"items":[{}],"key":null}]""")]
    [InlineData("""{"default":{"a":0,"b":[]}}""", """{"a":null,"c":1}""", """{"a":0,"b":[],"c":1}""")]
    [InlineData("""{"default":{"a":0}}""", """[{"a":5},{}]""", """[{"a":5},{"a":0}]""")]
    [InlineData("""{"default":"none"}""", "null", "\"none\"")]
    [InlineData("""{"default":"none"}""", "7", "7")]
    public async Task An_operation_does_what_it_is_called(string operation, string data, string expected)
    {
        var result = await RunAsync($$"""{"data":{{data}},"operations":[{{operation}}]}""");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal($$"""{"value":{{expected}}}""", Encoding.UTF8.GetString(result.Result!.Utf8.Span));
    }

    [Fact]
    public async Task Operations_follow_the_expression_in_their_order()
    {
        var result = await RunAsync("""
            {"data":{"rows":[{"c":"A","n":3,"t":0},{"c":"B","n":1,"t":0},{"c":"A","n":2,"t":0}]},
             "expression":"rows[?n > `1`]","operations":[{"omit":["t"]},{"sort":"n"},{"group":"c"}],
             "input_schema":{"type":"object","required":["rows"]},"output_schema":{"type":"array","maxItems":1}}
            """);

        Assert.Equal(
            """{"value":[{"items":[{"c":"A","n":2},{"c":"A","n":3}],"key":"A"}]}""",
            Encoding.UTF8.GetString(result.Result!.Utf8.Span));
    }

    [Theory]
    [InlineData("""{"data":1,"operations":[{"pick":["a"]}]}""", "EXPRESSION_FAILED", "/operations/0")]
    [InlineData("""{"data":[1],"operations":[{"omit":["a"]}]}""", "EXPRESSION_FAILED", "/operations/0")]
    [InlineData("""{"data":{},"operations":[{"sort":"a"}]}""", "EXPRESSION_FAILED", "/operations/0")]
    [InlineData(
        """{"data":[{"a":1},{"a":"x"}],"operations":[{"pick":["a"]},{"sort":"a"}]}""", "EXPRESSION_FAILED",
        "/operations/1")]
    [InlineData("""{"data":[{"a":[]}],"operations":[{"group":"a"}]}""", "EXPRESSION_FAILED", "/operations/0")]
    [InlineData(
        """{"data":{"a":{"b":1},"a.b":2},"operations":[{"flatten":"."}]}""", "EXPRESSION_FAILED", "/operations/0")]
    [InlineData("""{"data":[],"operations":[{"sort":"a.["}]}""", "EXPRESSION_INVALID", "/operations/0/sort")]
    [InlineData("""{"data":[],"operations":[{"sort":"a) , b"}]}""", "EXPRESSION_INVALID", "/operations/0/sort")]
    [InlineData("""{"data":[],"operations":[{"nope":1}]}""", "INVALID_INPUT", "/operations/0")]
    [InlineData("""{"data":[],"operations":[{"pick":["a"],"omit":["b"]}]}""", "INVALID_INPUT", "/operations/0")]
    [InlineData("""{"data":[],"operations":[{"flatten":0}]}""", "INVALID_INPUT", "/operations/0/flatten")]
    [InlineData("""{"data":[],"operations":[{"merge":[]}]}""", "INVALID_INPUT", "/operations/0/merge")]
    [InlineData(
        """{"data":{"a":"x"},"expression":"a","input_schema":{"properties":{"a":{"type":"number"}}}}""",
        "SCHEMA_VIOLATION", "/data/a")]
    [InlineData(
        """{"data":{"a":"x"},"expression":"@","output_schema":{"properties":{"a":{"type":"number"}}}}""",
        "SCHEMA_VIOLATION", "/a")]
    [InlineData(
        """{"data":1,"expression":"@","output_schema":{"type":"nothing"}}""", "INVALID_INPUT", "/output_schema/type")]
    public async Task A_failure_has_its_code_and_its_place(string input, string code, string pointer)
    {
        var result = await RunAsync(input);

        Assert.Equal((code, EffectState.None), (result.Code.Value, result.Effect));
        Assert.Equal(pointer, result.Problems[0].Pointer);
        Assert.Contains(
            code is "INVALID_INPUT" or "EXPRESSION_INVALID" ? pointer : "",
            Skill.FindMistakes(Json(input)).Select(mistake => mistake.Pointer).Append(""));
    }

    [Theory]
    [InlineData("""{"group":"@"}""")]
    [InlineData("""{"flatten":3}""")]
    [InlineData("""{"sort":{}}""")]
    public async Task Work_is_bounded_whatever_is_asked(string operation)
    {
        var data = "[" + string.Join(',', Enumerable.Range(0, 120_000)) + "]";

        var result = await RunAsync($$"""{"data":{{data}},"operations":[{{operation}}]}""");

        Assert.Equal("FUEL_EXHAUSTED", result.Code.Value);
    }

    [Fact]
    public async Task Many_small_operations_share_one_tank()
    {
        var data = "[" + string.Join(',', Enumerable.Repeat("{}", 10_000)) + "]";
        var once = """{"merge":{"a":1}}""";

        Assert.True((await RunAsync($$"""{"data":{{data}},"operations":[{{once}}]}""")).Succeeded);
        Assert.Equal(
            "FUEL_EXHAUSTED",
            (await RunAsync(
                $$"""{"data":{{data}},"operations":[{{string.Join(',', Enumerable.Repeat(once, 8))}}]}""")).Code.Value);
    }

    [Fact]
    public async Task Equal_input_gives_the_same_bytes_in_canonical_form() =>
        await Gen.Select(Rows, Operations, Gen.Int[0, 100]).SampleAsync(async (rows, operations, seed) =>
        {
            var shuffled =
                rows.Select(row => row.OrderBy(member => (member.Key[0] * 31 + seed) % 7).ToArray()).ToArray();
            string Input(KeyValuePair<string, string>[][] list) =>
                $$"""{"data":[{{string.Join(',', list.Select(row => "{" + string.Join(',', row.Select(member => $"\"{member.Key}\":{member.Value}")) + "}"))}}],"operations":[{{string.Join(',', operations)}}]}""";

            var first = await RunAsync(Input(rows));
            var second = await RunAsync(Input(shuffled));

            Assert.Equal(first.Code, second.Code);
            if (!first.Succeeded) return;
            Assert.True(first.Result!.Utf8.Span.SequenceEqual(second.Result!.Utf8.Span));
            Assert.True(CanonicalJson.ToBytes(first.Result.Element).AsSpan().SequenceEqual(first.Result.Utf8.Span));
        }, iter: 500, threads: 1);

    private static Gen<KeyValuePair<string, string>[][]> Rows { get; } =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Bool)
        .Select(
            (a, b, c) =>
                new KeyValuePair<string,
                    string>[] { new("a", $"{a}"), new("b", $"\"{b}\""), new(
                        "c", c ? "null" : "{\"d\":[1,[2]],\"e\":1.0}") })
        .Array[0, 8];

    private static Gen<string[]> Operations { get; } = Gen.Int[0, 7].Select(which => new[]
    {
        """{"pick":["a","c"]}""", """{"omit":["b"]}""", """{"merge":{"z":{"y":1}}}""", """{"flatten":"_"}""",
        """{"flatten":true}""",
        """{"sort":"a"}""", """{"group":"b"}""", """{"default":{"c":0}}""",
    }[which]).Array[1, 4];

    private static ValueTask<SkillResult> RunAsync(string input) => Skill.InvokeAsync(new SkillCall
    {
        Input = Json(input),
        IdempotencyKey = "key",
        Effect = EffectClass.Pure,
        Timeout = TimeSpan.FromSeconds(1),
    }, TestContext.Current.CancellationToken);

    private static Payload Json(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));
}
