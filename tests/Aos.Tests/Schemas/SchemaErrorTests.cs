using System.Collections.Immutable;
using System.Text.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

public sealed class SchemaErrorTests
{
    [Theory]
    [InlineData("""{"type":["string","null"]}""", "1", " | #/type | must be null or a string, but is a number")]
    [InlineData("""{"type":"integer"}""", "1.5", " | #/type | must be an integer, but is a number")]
    [InlineData("""{"type":["boolean","object","number"]}""", "[]",
        " | #/type | must be a boolean or an object or a number, but is an array")]
    [InlineData("""{"type":"array"}""", "null", " | #/type | must be an array, but is null")]
    [InlineData("""{"type":"array"}""", "true", " | #/type | must be an array, but is a boolean")]
    [InlineData("""{"type":"array"}""", "{}", " | #/type | must be an array, but is an object")]
    [InlineData("""{"type":"array"}""", "\"x\"", " | #/type | must be an array, but is a string")]
    [InlineData("""{"const":{"a":1}}""", "1", " | #/const | must be {\"a\":1}")]
    [InlineData("""{"enum":[1,"a"]}""", "2", " | #/enum | must be one of 1, \"a\"")]
    [InlineData("""{"minimum":3}""", "2", " | #/minimum | must be at least 3, but is 2")]
    [InlineData("""{"maximum":3}""", "3.5", " | #/maximum | must be at most 3, but is 3.5")]
    [InlineData("""{"exclusiveMinimum":3}""", "3", " | #/exclusiveMinimum | must be greater than 3, but is 3")]
    [InlineData("""{"exclusiveMaximum":3}""", "3", " | #/exclusiveMaximum | must be less than 3, but is 3")]
    [InlineData("""{"multipleOf":0.01}""", "0.001", " | #/multipleOf | must be a multiple of 0.01, but is 0.001")]
    [InlineData("""{"minLength":2}""", "\"é\"", " | #/minLength | must have at least 2 characters, but has 1")]
    [InlineData("""{"maxLength":1}""", "\"ab\"", " | #/maxLength | must have at most 1 character, but has 2")]
    [InlineData("""{"minItems":1}""", "[]", " | #/minItems | must have at least 1 item, but has 0")]
    [InlineData("""{"maxProperties":0}""", "{\"a\":1}", " | #/maxProperties | must have at most 0 members, but has 1")]
    [InlineData("""{"pattern":"^a\"$"}""", "\"secret\"", " | #/pattern | must match the pattern \"^a\"$\"")]
    [InlineData(
        """{"uniqueItems":true}""", "[1,2,1.0]",
        " | #/uniqueItems | must have no equal items, but the items 0 and 2 are equal")]
    [InlineData("""{"not":{}}""", "1", " | #/not | must not match the schema of not, but does")]
    [InlineData("false", "1", " | # | must not be here: no value is allowed at this place")]
    [InlineData("""{"contains":{"const":1}}""", "[2]",
        " | #/contains | must have at least 1 item that the schema of contains accepts, but has 0")]
    [InlineData("""{"contains":true,"minContains":3}""", "[2]",
        " | #/contains | must have at least 3 items that the schema of contains accepts, but has 1")]
    [InlineData("""{"contains":true,"maxContains":1}""", "[1,2,3]",
        " | #/contains | must have at most 1 item that the schema of contains accepts, but has more")]
    [InlineData("""{"contains":true,"maxContains":2}""", "[1,2,3]",
        " | #/contains | must have at most 2 items that the schema of contains accepts, but has more")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", "{\"a\":1}",
        " | #/dependentRequired | must have the member \"b\", because it has \"a\"")]
    [InlineData("""{"properties":{"a/b":{"items":{"type":"null"}}}}""", "{\"a/b\":[null,1]}",
        "/a~1b/1 | #/properties/a~1b/items/type | must be null, but is a number")]
    [InlineData("""{"patternProperties":{"^a b":false}}""", "{\"a b\":1}",
        "/a b | #/patternProperties/%5Ea%20b | must not be here: no value is allowed at this place")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", "{\"ab\":1}",
        "/ab | #/propertyNames/maxLength | must have at most 1 character, but has 2")]
    [InlineData("""{"prefixItems":[true],"unevaluatedItems":false}""", "[1,2]",
        "/1 | #/unevaluatedItems | must not be here: no value is allowed at this place")]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":{"type":"null"}}""", "{\"a\":1,\"b\":2}",
        "/b | #/unevaluatedProperties/type | must be null, but is a number")]
    [InlineData("""{"if":true,"then":{"minimum":1}}""", "0", " | #/then/minimum | must be at least 1, but is 0")]
    [InlineData("""{"dependentSchemas":{"a":{"maxProperties":0}}}""", "{\"a\":1}",
        " | #/dependentSchemas/a/maxProperties | must have at most 0 members, but has 1")]
    [InlineData("""{"$id":"http://x/r","$defs":{"é":{"$anchor":"e","type":"null"}},"items":{"$ref":"#e"}}""", "[1]",
        "/0 | http://x/r#/$defs/%C3%A9/type | must be null, but is a number")]
    [InlineData("""{"$id":"http://x/r","$defs":{"q":{"$id":"q","items":{"type":"null"}}},"$ref":"q"}""", "[1]",
        "/0 | http://x/q#/items/type | must be null, but is a number")]
    public void An_error_says_where_what_and_how(string schema, string instance, string expected) =>
        Assert.Equal([expected], SchemaTesting.Errors(schema, instance));

    [Fact]
    public void A_format_is_named_where_formats_are_asserted()
    {
        Assert.Equal([" | #/format | must be text of the format ipv4"],
            SchemaTesting.Errors("""{"format":"ipv4"}""", "\"x\"", new SchemaOptions { AssertFormats = true }));
        Assert.True(SchemaTesting.IsValid("""{"format":"ipv4"}""", "\"x\""));
        Assert.True(
            SchemaTesting.IsValid("""{"format":"unheard-of"}""", "\"x\"", new SchemaOptions { AssertFormats = true }));
    }

    [Fact]
    public void Everything_wrong_is_reported_not_only_the_first()
    {
        var errors = SchemaTesting.Errors(
            """{"required":["x","y"],"allOf":[{"minProperties":3},{"maxProperties":0}],"properties":{"a":{"type":"null","minimum":5}},"unevaluatedProperties":false}""",
            """{"a":1,"b":2}""");

        Assert.Equal(
        [
            " | #/required | must have the member \"x\"",
            " | #/required | must have the member \"y\"",
            "/a | #/properties/a/type | must be null, but is a number",
            "/a | #/properties/a/minimum | must be at least 5, but is 1",
            " | #/allOf/0/minProperties | must have at least 3 members, but has 2",
            " | #/allOf/1/maxProperties | must have at most 0 members, but has 2",
        ], errors);
    }

    [Fact]
    public void Alternatives_carry_why_each_of_them_failed()
    {
        var any = Assert.Single(Validate("""{"anyOf":[{"type":"null"},{"minimum":5}]}""", "1"));
        Assert.Equal("must be null, or be at least 5, but is 1", any.Message);
        Assert.Equal(
            [" | #/anyOf/0/type | must be null, but is a number",
                " | #/anyOf/1/minimum | must be at least 5, but is 1"],
            any.Causes.Select(SchemaTesting.Line));

        var none = Assert.Single(Validate("""{"oneOf":[{"type":"null"},{"minimum":5}]}""", "1"));
        Assert.Equal("must be null, or be at least 5, but is 1", none.Message);
        Assert.Equal(2, none.Causes.Length);

        var two = Assert.Single(Validate("""{"oneOf":[{"type":"null"},true,{"minimum":0},true]}""", "1"));
        Assert.Equal("must match exactly one of 4 alternatives, but matches the alternatives 1 and 2", two.Message);
        Assert.Empty(two.Causes);
        Assert.Equal("oneOf", two.Keyword);
    }

    [Fact]
    public void Errors_of_alternatives_that_hold_are_dropped()
    {
        var error =
            Assert.Single(Validate("""{"allOf":[{"anyOf":[{"type":"null"},true]},{"not":{"minimum":0}}]}""", "1"));

        Assert.Equal("not", error.Keyword);
    }

    [Fact]
    public void The_number_of_errors_is_bounded()
    {
        var instance = "[" + string.Join(',', Enumerable.Repeat("1", 500)) + "]";

        Assert.Equal(100, SchemaTesting.Errors("""{"items":{"type":"null"}}""", instance).Length);
        Assert.Equal(7, SchemaTesting.Errors(
            """{"items":{"type":"null"}}""", instance, new SchemaOptions { ErrorsMax = 7 }).Length);
    }

    [Fact]
    public void Dropped_alternatives_do_not_use_the_bound_up()
    {
        var errors = SchemaTesting.Errors(
            """{"allOf":[{"anyOf":[{"anyOf":[{"type":"null"},{"type":"array"}]},true]},{"minimum":1},{"maximum":-1}]}""", "0",
            new SchemaOptions { ErrorsMax = 4 });

        Assert.Equal(2, errors.Length);
    }

    [Fact]
    public void Long_values_are_cut_in_messages()
    {
        var number = new string('7', 60);
        Assert.EndsWith("but is " + new string('7', 40) + "…",
            Assert.Single(SchemaTesting.Errors("""{"maximum":1}""", number)), StringComparison.Ordinal);

        var values = string.Join(',', Enumerable.Range(0, 300));
        Assert.InRange(Assert.Single(SchemaTesting.Errors($"{{\"enum\":[{values}]}}", "-1")).Length, 200, 240);
        Assert.EndsWith("must be the value that the schema gives as const",
            Assert.Single(SchemaTesting.Errors($"{{\"const\":[{values}]}}", "-1")), StringComparison.Ordinal);
    }

    private static ImmutableArray<SchemaError> Validate(string schema, string instance) =>
        SchemaTesting.Compile(schema).Validate(JsonElement.Parse(instance)).Errors;
}
