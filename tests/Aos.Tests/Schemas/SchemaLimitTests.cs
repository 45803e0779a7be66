using System.Text;
using System.Text.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

public sealed class SchemaLimitTests
{
    [Fact]
    public void A_schema_that_recurses_without_descending_ends_as_an_error()
    {
        // The circle runs through anyOf, where it might never be taken, so only a run can tell.
        const string Schema = """{"anyOf":[{"type":"null"},{"$ref":"#"}]}""";

        Assert.True(SchemaTesting.IsValid(Schema, "null"));
        var error = Assert.Single(SchemaTesting.Errors(Schema, "1"));
        Assert.Contains("needs more than 512 nested subschemas", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_decided_is_invalid_even_under_not() =>
        Assert.False(
            SchemaTesting.IsValid(
                """{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""", "1"));

    [Fact]
    public void Nesting_up_to_the_limit_is_judged()
    {
        const string Schema = """{"items":{"$ref":"#"},"not":{"const":7}}""";
        var options = new SchemaOptions { DepthMax = 41 };

        Assert.True(SchemaTesting.IsValid(Schema, new string('[', 20) + new string(']', 20), options));
        Assert.False(SchemaTesting.IsValid(Schema, new string('[', 21) + "7" + new string(']', 21), options));
        Assert.False(SchemaTesting.IsValid(Schema, new string('[', 22) + new string(']', 22), options));
    }

    [Fact]
    public void References_that_multiply_are_stopped()
    {
        var levels = string.Join(',', Enumerable.Range(0, 40).Select(
            n => $"\"l{n}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/l{n + 1}\"}},{{\"$ref\":\"#/$defs/l{n + 1}\"}}]}}"));
        var schema = $"{{\"$ref\":\"#/$defs/l0\",\"$defs\":{{{levels},\"l40\":true}}}}";

        var error = Assert.Single(SchemaTesting.Errors(schema, "1", new SchemaOptions { StepsMax = 100_000 }));

        Assert.Contains("needs more than 100000 steps", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"patternProperties":{"^a":true,"^b":true,"^c":true}}""", 3_000)]
    [InlineData(
        """{"dependentRequired":{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"],"g":["x"],"h":["x"]}}""",
        1_500)]
    [InlineData("""{"anyOf":[{"uniqueItems":false},{"minProperties":1}]}""", 300)]
    public void Work_on_a_large_instance_counts(string schema, int tooFewSteps)
    {
        var instance = "{" + string.Join(',', Enumerable.Range(0, 2_000).Select(n => $"\"k{n}\":{n}")) + "}";

        Assert.True(SchemaTesting.IsValid(schema, instance));
        Assert.False(SchemaTesting.IsValid(schema, instance, new SchemaOptions { StepsMax = tooFewSteps }));
    }

    [Fact]
    public void A_match_that_backtracks_for_ever_is_an_error()
    {
        // The look-ahead rules the linear engine out.
        var schema = """{"pattern":"^(?=a)(a|aa)+$"}""";
        var instance = "\"" + new string('a', 60) + "!\"";

        var error = Assert.Single(SchemaTesting.Errors(
            schema, instance, new SchemaOptions { PatternTimeout = TimeSpan.FromMilliseconds(20) }));

        Assert.Contains("took too long to match against the pattern", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Matches_that_backtrack_share_one_allowance()
    {
        // Each match stays below 100 ms on any machine; two thousand of them do not.
        var text = "\"" + new string('a', 22) + "!\"";
        var instance = "[" + string.Join(',', Enumerable.Repeat(text, 2_000)) + "]";

        var errors = SchemaTesting.Errors("""{"items":{"anyOf":[{"pattern":"^(?=a)(a|aa)+$"},true]}}""", instance);

        Assert.Contains("took too long", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_match_without_lookaround_takes_linear_time() =>
        Assert.False(SchemaTesting.IsValid("""{"pattern":"^(a+)+$"}""", "\"" + new string('a', 20_000) + "!\""));

    [Fact]
    public void Many_items_and_names_are_compared_in_linear_time()
    {
        var items = string.Join(',', Enumerable.Range(0, 20_000).Select(n => $"{{\"a\":[{n}],\"b\":\"x{n}\"}}"));
        Assert.True(SchemaTesting.IsValid("""{"uniqueItems":true}""", $"[{items}]"));
        Assert.False(
            SchemaTesting.IsValid("""{"uniqueItems":true}""", $"[{items},{{\"b\":\"\\u00781\",\"a\":[1.0]}}]"));

        var names = Enumerable.Range(0, 10_000).Select(n => $"\"n{n}\"").ToList();
        var members = string.Join(',', names.Select(name => name + ":1"));
        Assert.True(SchemaTesting.IsValid($"{{\"required\":[{string.Join(',', names)}]}}", $"{{{members}}}"));
        Assert.False(
            SchemaTesting.IsValid($"{{\"required\":[{string.Join(',', names)},\"z\"]}}", $"{{{members},\"y\":1}}"));
    }

    [Theory]
    [InlineData("""{"minLength":1}""", "\"\\ud800\"")]
    [InlineData("""{"pattern":"a"}""", "\"\\ud800\"")]
    [InlineData("""{"propertyNames":{"pattern":"a"}}""", "{\"\\ud800\":1}")]
    public void Text_that_is_no_unicode_is_invalid_and_throws_nothing(string schema, string instance)
    {
        var result = SchemaTesting.Compile(schema).Validate(JsonElement.Parse(instance));

        Assert.Contains("is not strict JSON", Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_undefined_instance_is_invalid()
    {
        var schema = SchemaTesting.Compile("true");

        Assert.False(schema.IsValid(default));
        Assert.Contains(
            "is undefined", Assert.Single(schema.Validate(default).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_too_deep_for_the_stack_is_invalid()
    {
        var text = new string('[', 3_000) + new string(']', 3_000);
        var deep = JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = 3_001 });
        var pair = JsonElement.Parse($"[{text},{text}]", new JsonDocumentOptions { MaxDepth = 3_002 });
        var recursive = SchemaTesting.Compile("""{"items":{"$ref":"#"}}""", new SchemaOptions { DepthMax = 2_048 });
        var unique = SchemaTesting.Compile("""{"uniqueItems":true}""");
        var verdicts = new List<bool>();

        var small = new Thread(
            () => verdicts.AddRange([recursive.IsValid(deep), unique.IsValid(pair)]), maxStackSize: 192 * 1024);
        small.Start();
        small.Join();

        Assert.Equal([false, false], verdicts);
    }

    [Fact]
    public void One_schema_serves_many_threads()
    {
        var schema =
            SchemaTesting.Compile("""{"items":{"type":"integer"},"unevaluatedItems":false,"uniqueItems":true}""");
        var good = JsonElement.Parse("[1,2,3]");
        var bad = JsonElement.Parse("[1,\"x\",1]");

        Parallel.For(0, 2_000, n =>
        {
            Assert.True(schema.IsValid(good));
            Assert.Equal(2, schema.Validate(bad).Errors.Length);
        });
    }

    [Fact]
    public void Judging_a_small_value_allocates_next_to_nothing()
    {
        var schema = SchemaTesting.Compile("""
            {"type":"object","required":["id","n"],"additionalProperties":false,
             "properties":{"id":{"type":"string","minLength":1},"n":{"type":"integer","minimum":0},"tags":{"items":{"enum":["a","b"]}}}}
            """);
        var value = JsonElement.Parse(Encoding.UTF8.GetBytes("""{"id":"x","n":3,"tags":["a","b"]}"""));
        for (var warm = 0; warm < 100; warm++)
            Assert.True(schema.IsValid(value));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1_000; turn++)
            schema.IsValid(value);
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000;

        Assert.InRange(bytes, 0, 64);
    }
}
