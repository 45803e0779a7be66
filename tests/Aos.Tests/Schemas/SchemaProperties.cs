using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas;
using Aos.Contracts.Schemas.Patterns;
using Aos.Tests.Json;
using CsCheck;

namespace Aos.Tests.Schemas;

public sealed class SchemaProperties
{
    private static readonly string[] Numbers =
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
    private static readonly string[] Counts =
        ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains",
            "maxContains"];
    private static readonly string[] Singles =
        ["not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems",
            "unevaluatedProperties"];
    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
    private static readonly string[] Maps =
        ["properties", "patternProperties", "dependentSchemas", "$defs", "dependencies"];

    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "\\u0061", "", "a/b");

    private static readonly Gen<string> Schema = Gen.Recursive<string>((depth, inner) =>
        Gen.Frequency((1, Gen.OneOf("true", "false")), (6, Keyword(depth, inner).Array[0, 4].Select(
            members => "{"
                + string.Join(
                    ',', members.DistinctBy(member => member[..member.IndexOf(':', StringComparison.Ordinal)]))
                        + "}"))));

    [Fact]
    public void No_schema_and_no_instance_makes_anything_throw() =>
        Gen.Select(Schema, JsonGen.Value).Sample((schema, instance) =>
        {
            if (JsonSchema.Compile(JsonElement.Parse(schema), Options)
                is not SchemaCompilation.Compiled { Schema: var compiled })
                return;
            var value = JsonElement.Parse(instance);
            var result = compiled.Validate(value);
            Assert.Equal(compiled.IsValid(value), result.IsValid);
            Assert.All(result.Errors, error => Assert.True(JsonPointer.TryParse(error.InstanceLocation, out _)));
        }, iter: 4_000);

    [Fact]
    public void Any_json_value_can_be_offered_as_a_schema() => JsonGen.Value.Sample(text =>
        JsonSchema.Compile(JsonElement.Parse(text), Options), iter: 1_000);

    [Fact]
    public void The_order_of_keywords_does_not_matter() =>
        (from members in Keyword(1, Gen.OneOf("true", "false", "{\"type\":\"string\"}")).Array[1, 5]
         let distinct = members.DistinctBy(member => member[..member.IndexOf(':', StringComparison.Ordinal)]).ToArray()
         from shuffled in Gen.Shuffle(distinct)
         from instance in JsonGen.Value
         select (distinct, shuffled, instance)).Sample(sample => Assert.Equal(
            Verdict("{" + string.Join(',', sample.distinct) + "}", sample.instance),
            Verdict("{" + string.Join(',', sample.shuffled) + "}", sample.instance)), iter: 2_000);

    [Fact]
    public void Not_is_the_opposite_and_double_not_is_the_same() =>
        Gen.Select(Schema, JsonGen.Value).Sample((schema, instance) =>
        {
            if (Verdict(schema, instance) is not { } verdict || schema.Contains('$', StringComparison.Ordinal))
                return;
            Assert.Equal(!verdict, Verdict($"{{\"not\":{schema}}}", instance));
            Assert.Equal(verdict, Verdict($"{{\"not\":{{\"not\":{schema}}}}}", instance));
            Assert.Equal(verdict, Verdict($"{{\"allOf\":[{schema},{schema}]}}", instance));
            Assert.Equal(verdict, Verdict($"{{\"anyOf\":[{schema},false]}}", instance));
        }, iter: 1_500);

    [Fact]
    public void Any_text_can_be_offered_as_a_pattern() =>
        Gen.String[Gen.Char["ab()[]{}\\^$.*+?|,-12<>=!:kpPuxcdDwWsSbB\ud83d\ude00"], 0, 14].Sample(source =>
        {
            var budget = 1_000;
            if (EcmaPattern.TryCreate(
                source, TimeSpan.FromMilliseconds(50), ref budget, out var pattern, out var mistake))
                pattern.IsMatch("ab12 \ud83d\ude00");
            else
                Assert.NotEmpty(mistake);
        }, iter: 5_000);

    private static SchemaOptions Options { get; } = new() { AssertFormats = true, StepsMax = 20_000 };

    private static bool? Verdict(string schema, string instance) =>
        JsonSchema.Compile(JsonElement.Parse(schema), Options) is SchemaCompilation.Compiled compiled
            ? compiled.Schema.IsValid(JsonElement.Parse(instance))
            : null;

    private static Gen<string> Keyword(int depth, Gen<string> inner)
    {
        var leaves = Gen.OneOf(
            Gen.Select(Gen.OneOf(Numbers), JsonGen.Number, (name, value) => $"\"{name}\":{value}"),
            Gen.Select(Gen.OneOf(Counts), Gen.Int[0, 3], (name, value) => $"\"{name}\":{value}"),
            Gen.OneOf("\"string\"", "\"integer\"", "[\"object\",\"array\"]", "[\"null\",\"number\",\"boolean\"]", "7")
                .Select(type => $"\"type\":{type}"),
            Gen.OneOf("const", "enum")
                .SelectMany(
                    name =>
                        JsonGen.Value.Select(value => name == "enum" ? $"\"enum\":[{value},1]" : $"\"const\":{value}")),
            Gen.OneOf("^a", "\\\\d+", "[b-", "(?=a)b", "\\\\p{L}").Select(pattern => $"\"pattern\":\"{pattern}\""),
            Gen.OneOf("#", "#/$defs/a", "#/not", "#a", "x").Select(reference => $"\"$ref\":\"{reference}\""),
            Gen.OneOf("uri", "date", "idn-hostname", "regex").Select(format => $"\"format\":\"{format}\""),
            Gen.Bool.Select(unique => $"\"uniqueItems\":{(unique ? "true" : "false")}"),
            Name.Select(name => $"\"required\":[\"{name}\"]"));
        if (depth >= 3)
            return leaves;
        return Gen.OneOf(
            leaves,
            Gen.Select(Gen.OneOf(Singles), inner, (name, value) => $"\"{name}\":{value}"),
            Gen.Select(
                Gen.OneOf(Lists), inner.Array[0, 3], (name, values) => $"\"{name}\":[{string.Join(',', values)}]"),
            Gen.Select(Gen.OneOf(Maps), Name, inner, (name, key, value) => $"\"{name}\":{{\"{key}\":{value}}}"));
    }
}
