using Aos.Contracts.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

public sealed class SchemaValueTests
{
    [Theory]
    [InlineData("""{"multipleOf":0.01}""", "19.99", true)]
    [InlineData("""{"multipleOf":0.01}""", "19.999", false)]
    [InlineData("""{"multipleOf":0.0001}""", "0.0075", true)]
    [InlineData("""{"multipleOf":3}""", "9e0", true)]
    [InlineData("""{"multipleOf":3}""", "10", false)]
    [InlineData("""{"multipleOf":0.5}""", "0.0", true)]
    [InlineData("""{"multipleOf":0.5}""", "1e999", true)]
    [InlineData("""{"multipleOf":7}""", "1e999", false)]
    [InlineData("""{"multipleOf":7}""", "7e999999999999999999", true)]
    [InlineData("""{"multipleOf":100}""", "1234567890123456789012345678900", true)]
    [InlineData("""{"multipleOf":100}""", "1234567890123456789012345678910", false)]
    [InlineData("""{"multipleOf":12345678901234567890}""", "37037036703703703670", true)]
    [InlineData("""{"multipleOf":12345678901234567890}""", "37037036703703703671", false)]
    [InlineData("""{"maximum":9007199254740992}""", "9007199254740993", false)]
    [InlineData("""{"maximum":0.1}""", "0.1000000000000000055511151231257827", false)]
    [InlineData("""{"maximum":100000000000000000000}""", "1e20", true)]
    [InlineData("""{"exclusiveMaximum":100000000000000000000}""", "1e20", false)]
    [InlineData("""{"minimum":-1e400}""", "-1e399", true)]
    [InlineData("""{"minimum":-1e400}""", "-1e401", false)]
    [InlineData("""{"minimum":0}""", "-0.0", true)]
    [InlineData("""{"exclusiveMinimum":0}""", "-0.0", false)]
    [InlineData("""{"exclusiveMinimum":0}""", "1e-300", true)]
    [InlineData("""{"minimum":1}""", "\"text\"", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "15e-1", false)]
    [InlineData("""{"type":"integer"}""", "1.5e1", true)]
    [InlineData("""{"type":"integer"}""", "1e400", true)]
    [InlineData("""{"type":"integer"}""", "0.0e-5", true)]
    [InlineData("""{"const":0.1}""", "1e-1", true)]
    [InlineData("""{"const":0.1}""", "0.1000000000000000055511151231257827", false)]
    [InlineData("""{"const":"\u0061"}""", "\"a\"", true)]
    [InlineData("""{"const":"a"}""", "\"b\"", false)]
    [InlineData("""{"const":{"a":1,"b":[true]}}""", "{\"b\":[true],\"\\u0061\":1.0}", true)]
    [InlineData("""{"const":{"a":1,"b":[true]}}""", "{\"b\":[true],\"c\":1}", false)]
    [InlineData("""{"const":{"a":1}}""", "{\"a\":1,\"b\":1}", false)]
    [InlineData("""{"const":[1,2]}""", "[1]", false)]
    [InlineData("""{"const":[1,2]}""", "[2,1]", false)]
    [InlineData("""{"const":false}""", "0", false)]
    [InlineData("""{"const":null}""", "null", true)]
    [InlineData("""{"enum":[1,2,3,4,5,6,7,8,{"a":"x","b":[1]}]}""", "{\"b\":[1e0],\"a\":\"x\"}", true)]
    [InlineData("""{"enum":[1,2,3,4,5,6,7,8,{"a":"x","b":[1]}]}""", "{\"b\":[1e0],\"a\":\"y\"}", false)]
    [InlineData("""{"enum":[1,2,3,4,5,6,7,8,null,true,"s"]}""", "8.0", true)]
    [InlineData("""{"enum":[]}""", "1", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,true,\"1\",[1],{\"a\":1},null,2,3,4,\"a\",\"\\u0062\"]", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,2,3,4,5,6,7,8,9,0.1e1]", false)]
    [InlineData("""{"uniqueItems":true}""", "{}", true)]
    [InlineData("""{"uniqueItems":false}""", "[1,1]", true)]
    [InlineData("""{"minLength":2.0,"maxLength":2}""", "\"😀\\ud83d\\ude00\"", true)]
    [InlineData("""{"maxLength":99999999999999999999}""", "\"x\"", true)]
    [InlineData("""{"maxLength":1e300}""", "\"x\"", true)]
    [InlineData("""{"properties":{"a":{"type":"null"}}}""", "{\"\\u0061\":1}", false)]
    [InlineData(
        """{"properties":{"a":{},"b":{},"c":{},"d":{},"e":{},"f":{},"g":{"type":"null"}}}""", "{\"g\":1}", false)]
    [InlineData(
        """{"properties":{"a":{},"b":{},"c":{},"d":{},"e":{},"f":{},"g":{"type":"null"}}}""", "{\"h\":1}", true)]
    [InlineData("""{"dependencies":{"a":["b"],"c":{"minProperties":2}}}""", "{\"a\":1}", false)]
    [InlineData("""{"dependencies":{"a":["b"],"c":{"minProperties":2}}}""", "{\"c\":1}", false)]
    [InlineData("""{"dependencies":{"a":["b"],"c":{"minProperties":2}}}""", "{\"a\":1,\"b\":1}", true)]
    [InlineData("""{"pattern":"^.$"}""", "\"\\u0041\"", true)]
    [InlineData("""{"x":{"not":{"type":"null"}},"allOf":[{"$ref":"#/x/not"},{"$ref":"#/x"}]}""", "null", false)]
    [InlineData("""{"const":[1,2]}""", "[1,2.0]", true)]
    [InlineData("""{"propertyNames":{"minLength":300}}""", "{\"a\":1}", false)]
    public void A_value_is_judged_exactly(string schema, string instance, bool expected) =>
        Assert.Equal(expected, SchemaTesting.IsValid(schema, instance));

    [Fact]
    public void Numbers_and_names_longer_than_any_buffer_are_judged_too()
    {
        var digits = new string('7', 400);
        var options = new SchemaOptions { Limits = JsonLimits.Default with { NumberDigitsMax = 1_000 } };

        Assert.True(SchemaTesting.IsValid($"{{\"const\":{digits}}}", digits + ".0", options));
        Assert.True(SchemaTesting.IsValid($"{{\"minimum\":{digits},\"maximum\":{digits}}}", digits + ".0", options));
        Assert.False(SchemaTesting.IsValid($"{{\"exclusiveMinimum\":{digits}}}", digits + ".0", options));
        Assert.True(SchemaTesting.IsValid("{\"type\":\"integer\",\"multipleOf\":7}", digits + ".0"));
        Assert.False(SchemaTesting.IsValid("{\"uniqueItems\":true}", $"[1,2,3,4,5,6,7,8,{digits},{digits}.0]"));
        Assert.True(SchemaTesting.IsValid("{\"propertyNames\":{\"minLength\":400}}", $"{{\"{digits}\":1}}"));
    }

    [Fact]
    public void Large_objects_are_compared_without_regard_to_order()
    {
        var names = Enumerable.Range(0, 40).Select(n => $"\"m{n}\":{n}").ToList();
        var schema = "{\"const\":{" + string.Join(',', names) + "}}";
        names.Reverse();

        Assert.True(SchemaTesting.IsValid(schema, "{" + string.Join(',', names) + "}"));
        Assert.False(SchemaTesting.IsValid(schema, "{" + string.Join(',', names.Skip(1)) + ",\"x\":39}"));
    }

    [Fact]
    public void More_than_64_members_and_items_are_tracked()
    {
        var named = string.Join(',', Enumerable.Range(0, 150).Select(n => $"\"m{n}\":true"));
        var members = string.Join(',', Enumerable.Range(0, 150).Select(n => $"\"m{n}\":1"));
        var schema = $"{{\"allOf\":[{{\"properties\":{{{named}}}}}],\"unevaluatedProperties\":false}}";
        Assert.True(SchemaTesting.IsValid(schema, $"{{{members}}}"));
        Assert.Equal(["/extra | #/unevaluatedProperties | must not be here: no value is allowed at this place"],
            SchemaTesting.Errors(schema, $"{{{members},\"extra\":1}}"));

        const string Ones =
            """{"anyOf":[{"contains":{"const":1}},{"contains":{"const":2}}],"unevaluatedItems":{"const":3}}""";
        var items = string.Join(',', Enumerable.Range(0, 150).Select(n => n % 2 + 1));
        Assert.True(SchemaTesting.IsValid(Ones, $"[{items},3]"));
        Assert.Equal(["/150 | #/unevaluatedItems/const | must be 3"], SchemaTesting.Errors(Ones, $"[{items},4]"));
    }

    [Theory]
    [InlineData("""{"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false}""", "{\"a\":1}", true)]
    [InlineData("""{"allOf":[{"unevaluatedItems":true}],"unevaluatedItems":false}""", "[1]", true)]
    [InlineData(
        """{"allOf":[{"unevaluatedItems":true},{"prefixItems":[true]}],"unevaluatedItems":false}""", "[1,2]", true)]
    [InlineData("""{"not":{"unevaluatedItems":false},"unevaluatedItems":false}""", "[1]", false)]
    [InlineData("""{"unevaluatedProperties":false,"unevaluatedItems":false}""", "1", true)]
    [InlineData(
        """{"if":{"properties":{"a":{"const":1}}},"else":{"properties":{"a":true}},"unevaluatedProperties":false}""",
        "{\"a\":2}", true)]
    [InlineData("""{"contains":{"const":1},"unevaluatedItems":false}""", "[1,1,2]", false)]
    [InlineData("""{"contains":{"const":1},"unevaluatedItems":false}""", "[1,1]", true)]
    [InlineData("""{"contains":{"const":1},"minContains":0,"maxContains":1}""", "[2]", true)]
    public void What_subschemas_have_evaluated_is_known(string schema, string instance, bool expected) =>
        Assert.Equal(expected, SchemaTesting.IsValid(schema, instance));
}
