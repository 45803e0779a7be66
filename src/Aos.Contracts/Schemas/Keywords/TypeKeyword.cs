using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Keywords;

[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 1 << 1,
    Object = 1 << 2,
    Array = 1 << 3,
    String = 1 << 4,
    Integer = 1 << 5,
    Number = 1 << 6,
}

/// <summary><c>type</c>.</summary>
internal sealed class TypeKeyword(SchemaNode owner, JsonTypes types) : Assertion(owner, "type")
{
    private static readonly FrozenDictionary<string, JsonTypes> ByName = Enum.GetValues<JsonTypes>()
        .Where(type => type != JsonTypes.None)
        .ToFrozenDictionary(type => type.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>The type of a name, or none.</summary>
    public static JsonTypes Named(string name) => ByName.GetValueOrDefault(name);

    protected override bool Holds(JsonElement instance, Evaluation run)
    {
        var type = TypeOf(instance.ValueKind);
        if ((types & type) != JsonTypes.None)
            return true;
        return type == JsonTypes.Number && (types & JsonTypes.Integer) != JsonTypes.None && IsInteger(instance);
    }

    protected override string Expectation(JsonElement instance)
    {
        var names = Enum.GetValues<JsonTypes>()
            .Where(type => type != JsonTypes.None && types.HasFlag(type))
            .Select(NameOf);
        return $"must be {string.Join(" or ", names)}, but is {NameOf(TypeOf(instance.ValueKind))}";
    }

    private static JsonTypes TypeOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ => JsonTypes.Number,
    };

    private static string NameOf(JsonTypes type) => type switch
    {
        JsonTypes.Null => "null",
        JsonTypes.Boolean => "a boolean",
        JsonTypes.Object => "an object",
        JsonTypes.Array => "an array",
        JsonTypes.String => "a string",
        JsonTypes.Integer => "an integer",
        _ => "a number",
    };

    private static bool IsInteger(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        return raw.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
            || DecimalDigits.Read(raw, raw.Length <= 128 ? stackalloc byte[128] : new byte[raw.Length]).IsInteger;
    }
}
