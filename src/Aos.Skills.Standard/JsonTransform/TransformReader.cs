using System.Collections.Immutable;
using System.Text.Json;
using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary>What an input of <c>json_transform</c> asks for.</summary>
/// <param name="Expression">The expression; null: none.</param>
/// <param name="Operations">What is done after it, in order.</param>
/// <param name="Input">What the data must match; null: anything.</param>
/// <param name="Output">What the value must match; null: anything.</param>
internal sealed record TransformRequest(
    Expression? Expression, ImmutableArray<TransformOperation> Operations, JsonSchema? Input, JsonSchema? Output);

/// <summary>Reads an input of <c>json_transform</c>, and collects every mistake, by place. Parts that are null are not
/// known yet, and no mistakes. Single use.</summary>
internal sealed class TransformReader
{
    private const int LevelsMax = 32;
    private readonly List<Problem> _problems = [];

    /// <summary>The mistakes, in the order of the input.</summary>
    public ValueList<Problem> Problems => ValueList.From(_problems);

    /// <summary>Reads it. What has mistakes is left out.</summary>
    public TransformRequest Read(JsonElement input)
    {
        var expression = Member(input, "expression") is { ValueKind: JsonValueKind.String } text
            ? Parse(text.GetString()!, "/expression") : null;
        var operations = ImmutableArray.CreateBuilder<TransformOperation>();
        if (Member(input, "operations") is { ValueKind: JsonValueKind.Array } list)
            foreach (var item in list.EnumerateArray())
                if (Operation(item, $"/operations/{operations.Count}") is { } operation) operations.Add(operation);
        return new TransformRequest(
            expression, operations.ToImmutable(), Schema(input, "input_schema"), Schema(input, "output_schema"));
    }

    private TransformOperation? Operation(JsonElement item, string at)
    {
        if (item.ValueKind == JsonValueKind.Null) return null;
        if (item.ValueKind != JsonValueKind.Object || item.GetPropertyCount() != 1)
            return Refuse(at, "an operation is an object with one member, its name");
        var member = item.EnumerateObject().First();
        var (place, value) = ($"{at}/{member.Name}", member.Value);
        if (value.ValueKind == JsonValueKind.Null && member.Name != "default") return null;
        return member.Name switch
        {
            "pick" => Names(value, place) is { } names ? new TransformOperation.Pick(names) : null,
            "omit" => Names(value, place) is { } names ? new TransformOperation.Omit(names) : null,
            "merge" => value.ValueKind == JsonValueKind.Object
                ? new TransformOperation.Merge(ExpressionValue.FromElement(value))
                : Refuse(place, "merge takes an object"),
            "flatten" => Flatten(value, place),
            "sort" => Sort(value, place),
            "group" => value.ValueKind == JsonValueKind.String
                ? Parse(value.GetString()!, place) is { } by ? new TransformOperation.Group(by) : null
                : Refuse(place, "group takes the key as an expression, such as \"city\""),
            "default" => new TransformOperation.Default(ExpressionValue.FromElement(value)),
            _ => Refuse(
                at, "there is no such operation; there are pick, omit, merge, flatten, sort, group and default"),
        };
    }

    private TransformOperation? Flatten(JsonElement value, string at) => value switch
    {
        { ValueKind: JsonValueKind.True } => new TransformOperation.FlattenList(1),
        { ValueKind: JsonValueKind.Number } when value.TryGetInt32(out var levels) && levels is >= 1 and <= LevelsMax =>
            new TransformOperation.FlattenList(levels),
        { ValueKind: JsonValueKind.String } when value.GetString() is { Length: > 0 and <= 8 } separator =>
            new TransformOperation.FlattenObject(separator),
        _ => Refuse(
            at, $"flatten takes true or 1 to {LevelsMax} for lists, and for objects the text between names, such "
                + "as \".\""),
    };

    private TransformOperation? Sort(JsonElement value, string at)
    {
        var (by, order) = value.ValueKind switch
        {
            JsonValueKind.String => (value.GetString(), "asc"),
            JsonValueKind.Object => (Text(value, "by") ?? "@", Text(value, "order") ?? "asc"),
            _ => (null, null),
        };
        if (by is null || order is not ("asc" or "desc"))
            return Refuse(
                at, "sort takes the key as an expression, such as \"price\", or {\"by\": …, \"order\": \"asc\" or "
                    + "\"desc\"}");
        // By itself first: composed, a mistake would be at a place that nobody wrote.
        if (Parse(by, at) is null) return null;
        // Of equals the first stays first in both directions.
        var text = order == "asc" ? $"sort_by(@, &({by}))" : $"reverse(sort_by(reverse(@), &({by})))";
        return Parse(text, at) is { } whole ? new TransformOperation.Sort(whole) : null;
    }

    private ImmutableArray<string>? Names(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            return [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct(StringComparer.Ordinal)];
        Refuse(at, "the operation takes a list of names");
        return null;
    }

    private JsonSchema? Schema(JsonElement input, string member)
    {
        if (Member(input, member)
            is not { ValueKind: JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False } schema) return null;
        switch (JsonSchema.Compile(schema, SchemaOptions.Default))
        {
            case SchemaCompilation.Compiled(var compiled): return compiled;
            case SchemaCompilation.Refused(var mistakes):
                foreach (var mistake in mistakes)
                    _problems.Add(new Problem($"/{member}{mistake.Pointer}", ErrorCodes.InvalidInput, mistake.Message));
                return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private Expression? Parse(string text, string at)
    {
        if (Expression.TryParse(text, out var expression, out var error)) return expression;
        _problems.Add(
            new Problem(
                at, ErrorCodes.ExpressionInvalid,
                $"At character {error.Position + 1} of the expression: {error.Message}"));
        return null;
    }

    private TransformOperation? Refuse(string at, string message)
    {
        _problems.Add(new Problem(at, ErrorCodes.InvalidInput, message));
        return null;
    }

    private static string? Text(JsonElement owner, string name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;
}
