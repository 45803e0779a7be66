using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Contracts.Schemas;
using Aos.Server.Api;
using Aos.Server.Hosting;

namespace Aos.Server.OpenApi;

/// <summary>The description of the API (OpenAPI 3.1), made from the operations themselves and from the published
/// schemas, so that it cannot say anything else than what the server does.</summary>
internal static class OpenApiDocument
{
    private static readonly Lazy<byte[]> Text =
        new(() => JsonSerializer.SerializeToUtf8Bytes(Make(), JsonNodeContext.Default.JsonObject));

    /// <summary>The document as UTF-8 JSON.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Text.Value;

    private static JsonObject Make()
    {
        var schemas = new SchemaShelf();
        var paths = new JsonObject();
        foreach (var operation in Catalogue.Operations)
        {
            var item = paths[operation.Path] as JsonObject ?? [];
            item[operation.Method.ToLowerInvariant()] = Describe(operation, schemas);
            if (item.Parent is null) paths[operation.Path] = item;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "AOS",
                ["version"] = ServerParts.Version,
                ["description"] = "Runs of agents: begun, looked at, steered. Every refusal is a problem (RFC 9457) "
                    + "whose `type` is the page of its code.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["tags"] = new JsonArray(
                [.. Catalogue.Operations.Select(operation => operation.Tag).Distinct(StringComparer.Ordinal)
                .Select(tag => new JsonObject { ["name"] = tag })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] =
                            "An API key of AOS, or a token of the OpenID Connect issuer that the server trusts.",
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["problem"] = new JsonObject
                    {
                        ["description"] = "Why the request was refused.",
                        ["content"] = Content("application/problem+json", schemas.Refer("problem_document")),
                    },
                },
                ["schemas"] = schemas.ToJson(),
            },
        };
    }

    private static JsonObject Describe(Operation operation, SchemaShelf schemas)
    {
        var described = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray(operation.Tag),
            ["summary"] = operation.Summary,
        };
        if (operation.Right is null) described["security"] = new JsonArray();
        described["description"] = operation.Right switch
        {
            null => "Needs no key.",
            "" => "Needs a caller who is known.",
            var right => $"Needs the right `{right}`.",
        };
        var parameters = new JsonArray([.. PathParameters(operation), .. operation.Parameters.Select(Parameter)]);
        if (parameters.Count > 0) described["parameters"] = parameters;
        if (operation.Body is { } body)
            described["requestBody"] = new JsonObject
            {
                ["required"] = !operation.BodyIsOptional,
                ["content"] = Content("application/json", schemas.Refer(body)),
            };
        described["responses"] = Responses(operation, schemas);
        return described;
    }

    private static JsonObject Responses(Operation operation, SchemaShelf schemas)
    {
        var responses = new JsonObject();
        foreach (var status in StatusesOf(operation))
        {
            var response = new JsonObject { ["description"] = status == 204 ? "Nothing more." : "The answer." };
            if (status != 204)
                response["content"] = Content(
                    operation.Produces, operation.Result is { } result ? schemas.Refer(result) : new JsonObject());
            responses[status.ToString()] = response;
        }
        responses["default"] = new JsonObject { ["$ref"] = "#/components/responses/problem" };
        return responses;
    }

    /// <summary>The statuses with which an operation answers where all is well.</summary>
    public static IEnumerable<int> StatusesOf(Operation operation) => operation.Id switch
    {
        "submit_run" => [200, 202],
        "put_agent" or "put_policy" or "put_tenant" => [200, 201],
        "stream_events" => [200, 204],
        "ready" => [200, 503],
        _ => [operation.Status],
    };

    private static IEnumerable<JsonObject> PathParameters(Operation operation) =>
        operation.Path.Split('/').Where(part => part.StartsWith('{')).Select(part =>
        {
            var name = part.Trim('{', '}');
            var (schema, description) = Api.Parameter.OfPaths[name];
            return new JsonObject
            {
                ["name"] = name,
                ["in"] = "path",
                ["required"] = true,
                ["description"] = description,
                ["schema"] = JsonNode.Parse(schema),
            };
        });

    private static JsonObject Parameter(Parameter parameter) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = parameter.In,
        ["required"] = parameter.Required,
        ["description"] = parameter.Description,
        ["schema"] = JsonNode.Parse(parameter.Schema),
    };

    private static JsonObject Content(string type, JsonObject schema) =>
        new() { [type] = new JsonObject { ["schema"] = schema } };
}

/// <summary>The published schemas as components of the description.</summary>
internal sealed class SchemaShelf
{
    private const string Own = "#/$defs/";
    private const string Shared = "#/components/schemas/";
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    /// <summary>A reference to a published schema, which is then on the shelf.</summary>
    public JsonObject Refer(string name)
    {
        if (!_schemas.ContainsKey(name)) Add(name);
        return new JsonObject { ["$ref"] = Shared + name };
    }

    public JsonObject ToJson()
    {
        // Parameters name these, whichever bodies do.
        foreach (var name in (ReadOnlySpan<string>)["run_page", "approval_page", "skill_call", "failure_catalog"])
            Refer(name);
        return new JsonObject(
            _schemas.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone())));
    }

    private void Add(string name)
    {
        var document = (JsonObject)JsonNode.Parse(ContractSchemas.TextOf(name).Element.GetRawText())!;
        var definitions = document["$defs"] as JsonObject ?? [];
        document.Remove("$defs");
        document.Remove("$schema");
        document.Remove("$id");
        // A part that another schema has otherwise (closed there, open here) goes under the name of both.
        var names = definitions.ToDictionary(pair => pair.Key, pair =>
            _schemas.TryGetValue(pair.Key, out var known) && !JsonNode.DeepEquals(known, Point(pair.Value!, null))
                ? $"{name}.{pair.Key}" : pair.Key,
            StringComparer.Ordinal);
        // And so does what refers to such a part: the same words mean another thing there.
        bool Differs(KeyValuePair<string, JsonNode?> part) =>
            names[part.Key] == part.Key && _schemas.ContainsKey(part.Key)
            && !JsonNode.DeepEquals(Point(part.Value!, names), Point(part.Value!, null));
        while (definitions.FirstOrDefault(Differs).Key is { } other) names[other] = $"{name}.{other}";
        _schemas[name] = Point(document, names);
        foreach (var (part, value) in definitions) _schemas[names[part]] = Point(value!, names);
    }

    // With its references pointed at the shelf.
    private static JsonNode Point(JsonNode node, IReadOnlyDictionary<string, string>? names)
    {
        var copy = node.DeepClone();
        var open = new Stack<JsonNode>([copy]);
        while (open.TryPop(out var next))
        {
            if (next is JsonObject found)
            {
                if (found["$ref"] is JsonValue reference && reference.GetValue<string>() is var text
                    && text.StartsWith(Own, StringComparison.Ordinal))
                {
                    var key = text[Own.Length..];
                    found["$ref"] = Shared + (names is null ? key : names[key]);
                }
                foreach (var (_, value) in found) if (value is not null) open.Push(value);
            }
            else if (next is JsonArray list)
                foreach (var value in list) if (value is not null) open.Push(value);
        }
        return copy;
    }
}
