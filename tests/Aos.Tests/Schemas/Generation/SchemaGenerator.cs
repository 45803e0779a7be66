using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Schemas.Generation;

/// <summary>Writes the JSON Schema of a contract from the metadata that the serializer itself uses, so that the schema
/// says what is read and written. Each record becomes one definition.</summary>
/// <remarks>The framework's exporter is not used: it sees nothing of a type with its own converter, and nearly all of
/// our leaves have one.</remarks>
internal sealed class SchemaGenerator
{
    /// <summary>What the type of a member does not say.</summary>
    private static readonly Dictionary<(Type, string), Func<JsonObject>> Shapes = new()
    {
        [(typeof(PlanStep), nameof(PlanStep.Input))] = () => UserObject(),
        [(typeof(WaitSpec), nameof(WaitSpec.ForMs))] = () => new()
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer", ["minimum"] = 0 }, Text(@"^\$\{.*\}$")),
        },
        [(typeof(FallbackCall), nameof(FallbackCall.Input))] = () => UserObject(),
        [(typeof(PlanningRule), nameof(PlanningRule.Plan))] = () => UserObject(),
        [(typeof(PlanningRule), nameof(PlanningRule.Id))] = () => Text("^[A-Za-z0-9_.-]{1,64}$"),
        [(typeof(PlanningRule), nameof(PlanningRule.Pattern))] =
            () => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 4096 },
        [(typeof(PlanningRule), nameof(PlanningRule.Requires))] = () => ListOf(Text("^(?:/(?:[^~/]|~[01])*)+$")),
        [(typeof(AgentProfile), nameof(AgentProfile.AgentId))] = () => Text("^[A-Za-z0-9_.-]{1,64}$"),
        [(typeof(AgentProfile), nameof(AgentProfile.Config))] = SettingsPerSkill,
        [(typeof(ModelSpec), nameof(ModelSpec.Model))] = () => Text(@"^\S{1,200}$"),
        [(typeof(ModelSpec), nameof(ModelSpec.BaseUrl))] = () => Text(@"^https?://\S+$"),
        [(typeof(ModelSpec), nameof(ModelSpec.Script))] = () => Text(".+"),
        [(typeof(KeyReference), nameof(KeyReference.Secret))] = () => Text("^[A-Za-z_][A-Za-z0-9_]{0,127}$"),
        [(typeof(ModelFallback), nameof(ModelFallback.On))] = () => ListOf(Text("^(?:[a-z]+|[A-Z][A-Z0-9_]{0,63})$")),
        [(typeof(PriceEntry), nameof(PriceEntry.Model))] = () => Text(@"^\S{1,200}$"),
        [(typeof(PriceEntry), nameof(PriceEntry.Date))] = () => Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        [(typeof(Policy), nameof(Policy.Name))] = () => Text(Name),
        [(typeof(PolicyRule), nameof(PolicyRule.Id))] = () => Text(Name),
        [(typeof(InputCondition), nameof(InputCondition.Path))] = () => Text("^(?:/(?:[^~/]|~[01])*)*$"),
        [(typeof(TimeWindow), nameof(TimeWindow.From))] = () => Text("^[0-2][0-9]:[0-5][0-9]$"),
        [(typeof(TimeWindow), nameof(TimeWindow.To))] = () => Text("^[0-2][0-9]:[0-5][0-9]$"),
        [(typeof(CaseCall), nameof(CaseCall.Input))] = () => UserObject(),
        [(typeof(NetworkSpec), nameof(NetworkSpec.Allow))] = () => ListOf(Text(@"^\S+$")),
        [(typeof(SkillContract), nameof(SkillContract.InputSchema))] = SchemaDocument,
        [(typeof(SkillContract), nameof(SkillContract.OutputSchema))] = SchemaDocument,
        [(typeof(SkillExample), nameof(SkillExample.Input))] = () => UserObject(),
    };

    private const string Name = "^[A-Za-z0-9_.-]{1,64}$";

    private readonly SortedDictionary<string, JsonObject> _definitions = new(StringComparer.Ordinal);
    private readonly JsonSerializerOptions _options;
    private readonly bool _closed;

    private SchemaGenerator(JsonSerializerOptions options, bool closed) => (_options, _closed) = (options, closed);

    /// <summary>The schema of a contract.</summary>
    /// <param name="info">The contract.</param>
    /// <param name="name">The name of its file.</param>
    /// <param name="closed">Whether users write such documents: then nothing else may stand in them.</param>
    public static JsonObject Generate(JsonTypeInfo info, string name, bool closed)
    {
        var generator = new SchemaGenerator(info.Options, closed);
        var body = generator.Body(info);
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"https://aos.dev/schemas/v1/{name}.schema.json",
            ["title"] = name,
        };
        foreach (var (key, value) in body.ToList())
        {
            body.Remove(key);
            root[key] = value;
        }
        if (closed)
            ((JsonObject)root["properties"]!).Insert(0, "$schema",
                new JsonObject { ["description"] = "The schema of the document, for editors.", ["type"] = "string" });
        if (generator._definitions.Count > 0)
            root["$defs"] = new JsonObject(
                generator._definitions.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return root;
    }

    private JsonObject Body(JsonTypeInfo info)
    {
        var schema = new JsonObject();
        if (ContractDocumentation.Of(info.Type) is { } summary) schema["description"] = summary;
        if (info.PolymorphismOptions is { } cases)
            schema["oneOf"] = new JsonArray([.. cases.DerivedTypes.Select(derived =>
                Reference(
                    (string)derived.TypeDiscriminator!, () => Case(derived, cases.TypeDiscriminatorPropertyName)))]);
        else AddMembers(schema, info);
        return schema;
    }

    private JsonObject Case(JsonDerivedType derived, string discriminator)
    {
        var schema = Body(_options.GetTypeInfo(derived.DerivedType));
        ((JsonObject)schema["properties"]!).Insert(
            0, discriminator, new JsonObject { ["const"] = (string)derived.TypeDiscriminator! });
        var required = schema["required"] as JsonArray ?? [];
        required.Insert(0, discriminator);
        schema["required"] = required;
        return schema;
    }

    private void AddMembers(JsonObject schema, JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object)
            throw new NotSupportedException($"{info.Type} has no schema; teach {nameof(SchemaGenerator)} about it.");
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var member in info.Properties)
        {
            var property = (PropertyInfo)member.AttributeProvider!;
            var bounds = property.GetCustomAttribute<BoundsAttribute>();
            properties[member.Name] = Member(member, property, bounds);
            var absentIsWrong = bounds is { Least: > 0 } && Nullable.GetUnderlyingType(property.PropertyType) is null;
            if (member.IsRequired || absentIsWrong) required.Add(member.Name);
        }
        schema["type"] = "object";
        schema["properties"] = properties;
        if (required.Count > 0) schema["required"] = required;
        if (_closed) schema["additionalProperties"] = false;
    }

    private JsonObject Member(JsonPropertyInfo member, PropertyInfo property, BoundsAttribute? bounds)
    {
        var schema = new JsonObject();
        if (ContractDocumentation.Of(property) is { } summary) schema["description"] = summary;
        var shape = _closed && Shapes.TryGetValue((property.DeclaringType!, property.Name), out var known)
            ? known()
            : Value(member.PropertyType);
        foreach (var (key, value) in shape.ToList())
        {
            shape.Remove(key);
            schema[key] = value;
        }
        AddBounds(schema, bounds);
        return schema;
    }

    private static void AddBounds(JsonObject schema, BoundsAttribute? bounds)
    {
        if (bounds is null) return;
        var (least, most) = schema["type"]?.GetValue<string>() == "array"
            ? ("minItems", "maxItems") : ("minimum", "maximum");
        if (least == "minimum" || bounds.Least > 0) schema[least] = bounds.Least;
        if (bounds.Most != long.MaxValue) schema[most] = bounds.Most;
    }

    private JsonObject Value(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (ScalarSchemas.NameOf(type) is { } scalar) return Reference(scalar, () => ScalarSchemas.SchemaOf(type));
        if (type == typeof(string)) return new JsonObject { ["type"] = "string" };
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(double)) return new JsonObject { ["type"] = "number" };
        if (type == typeof(int))
            return new JsonObject { ["type"] = "integer", ["minimum"] = int.MinValue, ["maximum"] = int.MaxValue };
        if (type == typeof(long))
            return new JsonObject { ["type"] = "integer", ["minimum"] = long.MinValue, ["maximum"] = long.MaxValue };
        if (type == typeof(DateTimeOffset)) return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(TokenRate)) return Reference("token_rate", TokenRateSchema);
        if (type == typeof(Money)) return Reference("money", MoneySchema);
        if (type == typeof(Payload)) return Any();
        if (type == typeof(PolicySource)) return Reference("policy_source", PolicySourceSchema);
        if (type == typeof(PlanningRulesSource)) return Reference("planning_rules_source", RulesSourceSchema);
        if (type == typeof(OnFailure)) return Reference("on_failure", OnFailureSchema);
        if (type.IsEnum) return Reference(Snake(type.Name), () => EnumSchema(type));
        var info = _options.GetTypeInfo(type);
        return info.Converter is IListConverter list ? ListOf(Value(list.ItemInfo(_options).Type))
            : info.Converter is IMapConverter map ? MapOf(Value(map.ValueInfo(_options).Type))
            : Reference(Snake(type.Name), () => Body(info));
    }

    private JsonObject Reference(string name, Func<JsonObject> define)
    {
        if (!_definitions.ContainsKey(name)) _definitions[name] = define();
        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    private static JsonObject EnumSchema(Type type)
    {
        var schema = new JsonObject();
        if (ContractDocumentation.Of(type) is { } summary) schema["description"] = summary;
        schema["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => JsonValue.Create(Snake(name)))]);
        return schema;
    }

    private static JsonObject MoneySchema() => new()
    {
        ["description"] = "An exact amount in cents of a United States dollar, with at most seven decimals.",
        ["type"] = "number",
        ["minimum"] = 0,
        ["maximum"] = long.MaxValue / 10_000_000,
        ["multipleOf"] = 0.0000001m,
    };

    private static JsonObject TokenRateSchema() => new()
    {
        ["description"] = "United States dollars for a million tokens, with at most nine decimals.",
        ["type"] = "number",
        ["minimum"] = 0,
        ["maximum"] = 1_000_000,
        ["multipleOf"] = 0.000000001m,
    };

    private JsonObject PolicySourceSchema() => new()
    {
        ["description"] = "A policy of a profile: the name of one that the store keeps, or the policy itself.",
        ["oneOf"] = new JsonArray(Text(Name), Value(typeof(Policy))),
    };

    private JsonObject RulesSourceSchema() => new()
    {
        ["description"] = "The planning rules of a profile: the name of a file beside it, or the rules themselves.",
        ["oneOf"] =
            new JsonArray(new JsonObject { ["type"] = "string", ["minLength"] = 1 }, Value(typeof(PlanningRules))),
    };

    private JsonObject OnFailureSchema() => new()
    {
        ["description"] = "What the failure of a step means for its run: `abort` starts nothing new and fails the run, "
            + "with `continue` dependents run and read null, a fallback is another call whose result is then the step's.",
        ["oneOf"] = new JsonArray(
            new JsonObject { ["enum"] = new JsonArray("abort", "continue") },
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["fallback"] = Value(typeof(FallbackCall)) },
                ["required"] = new JsonArray("fallback"),
                ["additionalProperties"] = false,
            }),
    };

    // In a document that somebody writes, the mark of a blob would be read as one.
    private JsonObject Any() => _closed ? new JsonObject { ["properties"] = NoBlob() } : [];

    private static JsonObject UserObject() => new() { ["type"] = "object", ["properties"] = NoBlob() };

    private static JsonObject NoBlob() => new() { [Payload.BlobMember] = false };

    private static JsonObject SettingsPerSkill() =>
        new()
        {
            ["type"] = "object",
            ["properties"] = NoBlob(),
            ["additionalProperties"] = new JsonObject { ["type"] = "object" }
        };

    private static JsonObject SchemaDocument() =>
        new() { ["type"] = new JsonArray("object", "boolean"), ["properties"] = NoBlob() };

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject ListOf(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject MapOf(JsonObject values) => new()
    {
        ["type"] = "object",
        ["propertyNames"] = Text("^[A-Za-z0-9_.-]{1,64}$"),
        ["additionalProperties"] = values,
    };

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
