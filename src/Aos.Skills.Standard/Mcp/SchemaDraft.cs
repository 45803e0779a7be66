using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aos.Skills.Standard.Mcp;

/// <summary>Brings schemas of older drafts, which many servers still write, into the words of draft 2020-12.</summary>
internal static class SchemaDraft
{
    private static readonly string[] One =
    [
        "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems",
        "unevaluatedProperties",
    ];

    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
    private static readonly string[] Maps =
        ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

    /// <summary>The schema without the name of its draft, where that is one of 4 to 2020-12. A tuple (<c>items</c> as a
    /// list) becomes <c>prefixItems</c>, what follows it <c>items</c>, and <c>dependencies</c> its two
    /// successors.</summary>
    public static JsonNode? Modernise(JsonElement schema)
    {
        var node = JsonNode.Parse(schema.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = 128 });
        Mend(node);
        return node;
    }

    private static void Mend(JsonNode? node)
    {
        if (node is not JsonObject schema) return;
        if (schema["$schema"] is JsonValue draft && draft.TryGetValue<string>(out var uri) && IsDraft(uri))
            schema.Remove("$schema");
        MendTuple(schema);
        MendDependencies(schema);
        foreach (var name in One) Mend(schema[name]);
        foreach (var name in Lists)
            if (schema[name] is JsonArray list)
                foreach (var item in list) Mend(item);
        foreach (var name in Maps)
            if (schema[name] is JsonObject map)
                foreach (var (_, item) in map) Mend(item);
    }

    private static bool IsDraft(string uri) => uri.TrimEnd('#') is "https://json-schema.org/draft/2020-12/schema"
        or "https://json-schema.org/draft/2019-09/schema" or "http://json-schema.org/draft-07/schema"
        or "http://json-schema.org/draft-06/schema" or "http://json-schema.org/draft-04/schema"
        or "http://json-schema.org/schema";

    private static void MendTuple(JsonObject schema)
    {
        if (schema["items"] is not JsonArray tuple) return;
        schema.Remove("items");
        schema["prefixItems"] = tuple;
        if (schema["additionalItems"] is not { } rest) return;
        schema.Remove("additionalItems");
        schema["items"] = rest;
    }

    private static void MendDependencies(JsonObject schema)
    {
        if (schema["dependencies"] is not JsonObject dependencies) return;
        schema.Remove("dependencies");
        var (required, schemas) = (new JsonObject(), new JsonObject());
        foreach (var (name, value) in dependencies.ToList())
        {
            dependencies.Remove(name);
            (value is JsonArray ? required : schemas)[name] = value;
        }
        if (required.Count > 0) schema["dependentRequired"] = required;
        if (schemas.Count > 0) schema["dependentSchemas"] = schemas;
    }
}
