using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

public sealed class SchemaCompilationTests
{
    [Theory]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"type":["string",3]}""", "/type")]
    [InlineData("""{"type":{}}""", "/type")]
    [InlineData("""{"minLength":-1}""", "/minLength")]
    [InlineData("""{"maxItems":1.5}""", "/maxItems")]
    [InlineData("""{"minProperties":"2"}""", "/minProperties")]
    [InlineData("""{"contains":true,"minContains":null}""", "/minContains")]
    [InlineData("""{"minimum":"1"}""", "/minimum")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"multipleOf":-0.5}""", "/multipleOf")]
    [InlineData("""{"multipleOf":"2"}""", "/multipleOf")]
    [InlineData("""{"enum":{}}""", "/enum")]
    [InlineData("""{"uniqueItems":1}""", "/uniqueItems")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"required":["a",1]}""", "/required")]
    [InlineData("""{"dependentRequired":[]}""", "/dependentRequired")]
    [InlineData("""{"dependentRequired":{"a/b":"c"}}""", "/dependentRequired/a~1b")]
    [InlineData("""{"dependencies":{"a":[1]}}""", "/dependencies/a")]
    [InlineData("""{"pattern":1}""", "/pattern")]
    [InlineData("""{"format":1}""", "/format")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"allOf":{}}""", "/allOf")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    [InlineData("""{"$ref":1}""", "/$ref")]
    [InlineData("""{"$dynamicRef":1}""", "/$dynamicRef")]
    [InlineData("""{"$id":1}""", "/$id")]
    [InlineData("""{"$id":"http://example.com/a#b"}""", "/$id")]
    [InlineData("""{"$schema":1}""", "/$schema")]
    [InlineData("""{"$anchor":"1a"}""", "/$anchor")]
    [InlineData("""{"$anchor":"a b"}""", "/$anchor")]
    [InlineData("""{"$defs":{"x":{"$dynamicAnchor":""}}}""", "/$defs/x/$dynamicAnchor")]
    public void A_keyword_with_a_value_it_cannot_have_is_named(string schema, string pointer)
    {
        var problem = Assert.Single(SchemaTesting.Problems(schema));

        Assert.Equal(("SCHEMA_INVALID_KEYWORD", "", pointer), (problem.Code, problem.Document, problem.Pointer));
        Assert.NotEmpty(problem.Message);
    }

    [Theory]
    [InlineData("3", "")]
    [InlineData("""{"not":3}""", "/not")]
    [InlineData("""{"items":[{}]}""", "/items")]
    [InlineData("""{"allOf":[true,null]}""", "/allOf/1")]
    [InlineData("""{"properties":{"a":{"properties":{"b/c":"x"}}}}""", "/properties/a/properties/b~1c")]
    [InlineData("""{"dependencies":{"a":"b"}}""", "/dependencies/a")]
    [InlineData("""{"examples":[1],"$ref":"#/examples/0"}""", "/examples/0")]
    public void Something_else_in_the_place_of_a_schema_is_named(string schema, string pointer)
    {
        var problem = SchemaTesting.Problems(schema)[0];

        Assert.Equal(("SCHEMA_NOT_A_SCHEMA", pointer), (problem.Code, problem.Pointer));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/b"}}}""", "/properties/a/$ref")]
    [InlineData("""{"$ref":"#nowhere"}""", "/$ref")]
    [InlineData("""{"$ref":"http://example.com/other"}""", "/$ref")]
    [InlineData("""{"$ref":"other.json#/a"}""", "/$ref")]
    [InlineData("""{"$dynamicRef":"#nowhere"}""", "/$dynamicRef")]
    [InlineData("""{"$ref":"#/~2"}""", "/$ref")]
    public void A_reference_that_leads_nowhere_is_named(string schema, string pointer)
    {
        var problem = Assert.Single(SchemaTesting.Problems(schema));

        Assert.Equal(("SCHEMA_UNRESOLVED_REFERENCE", pointer), (problem.Code, problem.Pointer));
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[true,{"$ref":"#/$defs/a"}]}},"items":{"$ref":"#/$defs/a"}}""")]
    public void References_that_go_round_in_place_are_refused(string schema) =>
        Assert.Equal("SCHEMA_ENDLESS_REFERENCE", Assert.Single(SchemaTesting.Problems(schema)).Code);

    [Fact]
    public void References_that_go_round_while_they_descend_are_accepted() => Assert.False(SchemaTesting.IsValid(
        """{"properties":{"next":{"$ref":"#"}},"required":["value"]}""",
        """{"value":1,"next":{"value":2,"next":{}}}"""));

    [Fact]
    public void Two_owners_of_one_identifier_are_refused()
    {
        Assert.Equal(
            ("SCHEMA_DUPLICATE_IDENTIFIER", "http://x/root", "/$defs/b/$id"),
            Key(Assert.Single(SchemaTesting.Problems("""{"$defs":{"a":{"$id":"z"},"b":{"$id":"z"}}}""",
                new SchemaOptions { BaseUri = "http://x/root" }))));
        Assert.Equal(
            ("SCHEMA_DUPLICATE_IDENTIFIER", "", "/$defs/b/$anchor"),
            Key(Assert.Single(SchemaTesting.Problems("""{"$defs":{"a":{"$anchor":"z"},"b":{"$anchor":"z"}}}"""))));
    }

    [Fact]
    public void One_subschema_may_have_one_name_as_both_kinds_of_anchor() => Assert.True(SchemaTesting.IsValid(
        """{"$defs":{"a":{"$anchor":"z","$dynamicAnchor":"z","type":"null"}},"$ref":"#z"}""", "null"));

    [Fact]
    public void A_schema_that_is_no_strict_json_is_refused_with_its_place()
    {
        Assert.Equal(("JSON_DUPLICATE_KEY", "", "/properties/a"),
            Key(Assert.Single(SchemaTesting.Problems("""{"properties":{"a":true,"a":false}}"""))));
        Assert.Equal("SCHEMA_NOT_A_SCHEMA",
            Assert.Single(
                ((SchemaCompilation.Refused)JsonSchema.Compile(default, SchemaOptions.Default)).Problems).Code);
    }

    [Fact]
    public void A_schema_deeper_than_its_limit_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"not":""", 70)) + "true" + new string('}', 70);

        Assert.Equal("JSON_TOO_DEEP", Assert.Single(SchemaTesting.Problems(deep)).Code);
        Assert.Empty(
            SchemaTesting.Problems(deep, new SchemaOptions { Limits = JsonLimits.Default with { DepthMax = 80 } }));
    }

    [Fact]
    public void A_dialect_that_is_not_known_is_refused_unless_it_shall_be_assumed()
    {
        const string Schema = """{"$schema":"http://json-schema.org/draft-07/schema#","type":"string"}""";

        Assert.Equal(("SCHEMA_UNKNOWN_DIALECT", "", "/$schema"), Key(Assert.Single(SchemaTesting.Problems(Schema))));
        Assert.False(SchemaTesting.IsValid(Schema, "1", new SchemaOptions { AssumeDialect = true }));
    }

    [Fact]
    public void A_vocabulary_that_is_required_must_be_known()
    {
        var registry = SchemaRegistry.Empty.Add("http://x/meta", JsonElement.Parse(
            """{"$id":"http://x/meta","$vocabulary":{"http://x/v1":true,"http://x/v2":false,"https://json-schema.org/draft/2020-12/vocab/core":true}}"""));

        var problem = Assert.Single(
            SchemaTesting.Problems("""{"$schema":"http://x/meta"}""", new SchemaOptions { Registry = registry }));

        Assert.Equal(("SCHEMA_UNKNOWN_DIALECT", "http://x/meta", "/$vocabulary/http:~1~1x~1v1"), Key(problem));
    }

    [Fact]
    public void A_vocabulary_left_out_turns_its_keywords_off()
    {
        const string V = "https://json-schema.org/draft/2020-12/vocab/";
        var registry = SchemaRegistry.Empty
            .Add("http://x/core",
                JsonElement.Parse($$"""{"$schema":"http://x/core","$vocabulary":{"{{V}}core":true} }"""))
            .Add("http://x/some", JsonElement.Parse($$"""
                {"$vocabulary":{"{{V}}applicator":true,"{{V}}content":true,"{{V}}meta-data":true,"{{V}}unevaluated":true,
                 "{{V}}format-annotation":true,"{{V}}other":false} }
                """))
            .Add("http://x/all", JsonElement.Parse("""{"$id":"http://x/all"}"""));
        var options = new SchemaOptions { Registry = registry };
        const string Body = "\"type\":\"string\",\"not\":true,\"unevaluatedItems\":false,\"format\":\"ipv4\"}";

        Assert.True(SchemaTesting.IsValid("{\"$schema\":\"http://x/core\"," + Body, "[1]", options));
        Assert.False(SchemaTesting.IsValid("{\"$schema\":\"http://x/some\"," + Body, "\"x\"", options));
        Assert.True(
            SchemaTesting.IsValid(
                "{\"$schema\":\"http://x/some\",\"type\":\"string\",\"minContains\":3,\"contains\":true}",
                "[1]", options));
        Assert.False(SchemaTesting.IsValid("{\"$schema\":\"http://x/all\",\"type\":\"string\"}", "[1]", options));
    }

    [Fact]
    public void The_registry_is_the_only_source_of_other_documents()
    {
        var registry = SchemaRegistry.Empty
            .Add("http://x/a#ignored",
                JsonElement.Parse("""{"$id":"http://y/b","$defs":{"n":{"$anchor":"n","type":"null"}}}"""))
            .Add("http://x/bad", JsonElement.Parse("""{"not":1}"""))
            .Add("http://x/broken", JsonElement.Parse("""{"a":1,"a":2}"""));
        var options = new SchemaOptions { Registry = registry, BaseUri = "http://x/root.json" };

        Assert.False(SchemaTesting.IsValid("""{"$ref":"a#n"}""", "1", options));
        Assert.True(SchemaTesting.IsValid("""{"$ref":"a#/$defs/n"}""", "null", options));
        Assert.Equal(
            ("SCHEMA_NOT_A_SCHEMA", "http://x/bad", "/not"),
            Key(SchemaTesting.Problems("""{"$ref":"bad"}""", options)[0]));
        Assert.Equal(
            ("JSON_DUPLICATE_KEY", "http://x/broken", "/a"),
            Key(SchemaTesting.Problems("""{"$ref":"broken"}""", options)[0]));
    }

    [Fact]
    public void A_dynamic_reference_to_a_resource_that_is_not_open_starts_there()
    {
        var registry = SchemaRegistry.Empty.Add("http://x/b", JsonElement.Parse(
            """{"$id":"http://x/b","$defs":{"n":{"$dynamicAnchor":"n","type":"null"}}}"""));
        var options = new SchemaOptions { Registry = registry };

        Assert.False(SchemaTesting.IsValid("""{"$dynamicRef":"http://x/b#n"}""", "1", options));
        Assert.True(SchemaTesting.IsValid("""{"$dynamicRef":"http://x/b#n"}""", "null", options));
        Assert.False(SchemaTesting.IsValid("""{"$dynamicRef":"http://x/b#/$defs/n"}""", "1", options));
    }

    [Fact]
    public void The_metaschema_is_bundled_and_judges_schemas()
    {
        const string Schema = """{"$ref":"https://json-schema.org/draft/2020-12/schema"}""";

        Assert.True(SchemaTesting.IsValid(Schema, """{"type":"object","properties":{"a":{"minLength":3}}}"""));
        Assert.False(SchemaTesting.IsValid(Schema, """{"properties":{"a":{"minLength":-3}}}"""));
        Assert.True(
            SchemaTesting.IsValid("""{"$ref":"https://json-schema.org/draft/2020-12/meta/format-assertion"}""", "{}"));
        Assert.Single(SchemaTesting.Problems("""{"$ref":"https://json-schema.org/draft/2020-12/meta/nothing"}"""));
    }

    [Fact]
    public void The_copy_of_a_schema_outlives_its_document()
    {
        JsonSchema schema;
        using (var document = JsonDocument.Parse("""{"const":{"a":[1]}}"""))
            schema =
                ((SchemaCompilation.Compiled)JsonSchema.Compile(document.RootElement, SchemaOptions.Default)).Schema;

        Assert.True(schema.IsValid(JsonElement.Parse("""{"a":[1.0]}""")));
    }

    [Fact]
    public void No_more_than_a_hundred_problems_are_reported()
    {
        var schema = "{\"allOf\":[" + string.Join(',', Enumerable.Repeat("1", 200)) + "]}";

        Assert.Equal(100, SchemaTesting.Problems(schema).Length);
    }

    [Fact]
    public void Options_outside_their_range_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { DepthMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { DepthMax = 2_049 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { StepsMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { ErrorsMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaOptions { PatternTimeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new SchemaOptions { PatternTimeout = TimeSpan.FromSeconds(11) });
        Assert.Equal(TimeSpan.FromMilliseconds(100), SchemaOptions.Default.PatternTimeout);
        Assert.Equal((512, 5_000_000, 100, 64), (SchemaOptions.Default.DepthMax, SchemaOptions.Default.StepsMax,
            SchemaOptions.Default.ErrorsMax, SchemaOptions.Default.Limits.DepthMax));
    }

    private static (string, string, string) Key(SchemaProblem problem) =>
        (problem.Code, problem.Document, problem.Pointer);
}
