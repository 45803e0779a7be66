using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>minLength</c>, <c>maxLength</c> (in code points), <c>minItems</c>, <c>maxItems</c>, <c>minProperties</c>
/// and <c>maxProperties</c>.</summary>
internal sealed class SizeKeyword(SchemaNode owner, string name, int limit) : Assertion(owner, name)
{
    private readonly bool _isMinimum = name.StartsWith("min", StringComparison.Ordinal);
    private readonly JsonValueKind _kind = name[3..] switch
    {
        "Length" => JsonValueKind.String,
        "Items" => JsonValueKind.Array,
        _ => JsonValueKind.Object,
    };

    protected override bool Holds(JsonElement instance, Evaluation run)
    {
        if (instance.ValueKind != _kind)
            return true;
        var size = SizeOf(instance);
        return _isMinimum ? size >= limit : size <= limit;
    }

    protected override string Expectation(JsonElement instance)
    {
        var unit = _kind switch
        {
            JsonValueKind.String => "character",
            JsonValueKind.Array => "item",
            _ => "member",
        };
        return $"must have at {(_isMinimum ? "least" : "most")} {limit} {unit}{(limit == 1 ? "" : "s")}, "
            + $"but has {SizeOf(instance)}";
    }

    private static int SizeOf(JsonElement instance) => instance.ValueKind switch
    {
        JsonValueKind.Object => instance.GetPropertyCount(),
        JsonValueKind.Array => instance.GetArrayLength(),
        _ => CodePoints(instance),
    };

    private static int CodePoints(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        var count = -2; // The quotes.
        if (!raw.Contains((byte)'\\'))
        {
            foreach (var unit in raw)
                count += (unit & 0xC0) == 0x80 ? 0 : 1;
            return count;
        }

        count = 0;
        foreach (var unit in text.GetString()!)
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        return count;
    }
}
