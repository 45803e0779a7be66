using System.Runtime.InteropServices;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Keywords;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>The values of one subschema's keywords, each of the type that the keyword asks for or reported.</summary>
internal sealed class KeywordValues(SchemaCompiler compiler, SchemaNode owner)
{
    private readonly SchemaPlace _place = owner.Place;

    public void Report(string pointer, string message) =>
        compiler.Report(SchemaProblemCodes.InvalidKeyword, _place, $"{_place.Pointer}/{pointer}", message);

    public bool TryGet(string name, out JsonElement value) => _place.Element.TryGetProperty(name, out value);

    public bool TryGet(string name, JsonValueKind kind, string expected, out JsonElement value)
    {
        if (!TryGet(name, out value))
            return false;
        if (value.ValueKind == kind)
            return true;
        Report(name, $"{name} must be {expected}.");
        return false;
    }

    public ExactNumber? Number(string name) =>
        TryGet(name, JsonValueKind.Number, "a number", out var value) ? new ExactNumber(value) : null;

    public bool Flag(string name)
    {
        if (!TryGet(name, out var value))
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Report(name, $"{name} must be true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>A non-negative integer, however spelled; what exceeds an int is as good as its largest.</summary>
    public int? Count(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            var raw = JsonMarshal.GetRawUtf8Value(value);
            var digits = DecimalDigits.Read(raw, new byte[raw.Length]);
            if (digits.IsInteger && !digits.IsNegative)
                return value.TryGetDecimal(out var count) && count <= int.MaxValue ? (int)count : int.MaxValue;
        }

        Report(name, $"{name} must be an integer of at least 0.");
        return null;
    }

    public JsonTypes? Types()
    {
        if (!TryGet("type", out var value))
            return null;
        JsonElement[] names = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            var type = name.ValueKind == JsonValueKind.String ? TypeKeyword.Named(name.GetString()!) : JsonTypes.None;
            if (type == JsonTypes.None)
            {
                Report("type", "type must be one or several of null, boolean, object, array, number, integer, string.");
                return null;
            }

            types |= type;
        }

        return types;
    }

    public string[]? Names(string name) =>
        TryGet(name, out var value) ? NamesIn(value, name) : null;

    public (string Trigger, string[] Names)[] NamesByMember(string name, bool mayBeSchemas)
    {
        if (!TryGet(name, JsonValueKind.Object, "an object", out var value))
            return [];
        var rules = new List<(string, string[])>();
        foreach (var member in value.EnumerateObject())
        {
            if (mayBeSchemas && member.Value.ValueKind != JsonValueKind.Array)
                continue;
            if (NamesIn(member.Value, $"{name}/{JsonPointer.Escape(member.Name)}") is { } names)
                rules.Add((member.Name, names));
        }

        return [.. rules];
    }

    public SchemaNode? One(string name) => NodeAt(name);

    public SchemaNode[]? List(string name)
    {
        if (!TryGet(name, JsonValueKind.Array, "an array of schemas", out var value))
            return null;
        var nodes = new List<SchemaNode>();
        for (var index = 0; index < value.GetArrayLength(); index++)
        {
            if (NodeAt($"{name}/{index}") is { } node)
                nodes.Add(node);
        }

        if (value.GetArrayLength() == 0)
            Report(name, $"{name} must have at least one schema.");
        return [.. nodes];
    }

    public List<(string Name, SchemaNode Node)> Map(string name)
    {
        var nodes = new List<(string, SchemaNode)>();
        if (!TryGet(name, out var value))
            return nodes;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Report(name, $"{name} must be an object of schemas.");
            return nodes;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (NodeAt($"{name}/{JsonPointer.Escape(member.Name)}") is { } node)
                nodes.Add((member.Name, node));
        }

        return nodes;
    }

    // The scan noted every subschema, and reported what stands in the place of one.
    private SchemaNode? NodeAt(string relative) =>
        compiler.NodeAt(_place.Resource.Document, $"{_place.Pointer}/{relative}");

    private string[]? NamesIn(JsonElement value, string pointer)
    {
        var isList = value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        if (isList)
            return [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct(StringComparer.Ordinal)];
        Report(pointer, "This must be an array of names.");
        return null;
    }
}
