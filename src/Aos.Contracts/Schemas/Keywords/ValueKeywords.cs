using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>const</c>.</summary>
internal sealed class ConstKeyword(SchemaNode owner, JsonElement value) : Assertion(owner, "const")
{
    private readonly bool _isShort = value.GetRawText().Length <= EnumKeyword.Shown;

    protected override bool Holds(JsonElement instance, Evaluation run) => JsonValues.Comparer.Equals(value, instance);

    protected override string Expectation(JsonElement instance) =>
        _isShort ? $"must be {value.GetRawText()}" : "must be the value that the schema gives as const";
}

/// <summary><c>enum</c>.</summary>
internal sealed class EnumKeyword : Assertion
{
    public const int Shown = 200;
    private const int Few = 8;

    private readonly JsonElement[] _values;
    private readonly HashSet<JsonElement>? _set;

    public EnumKeyword(SchemaNode owner, JsonElement values)
        : base(owner, "enum")
    {
        _values = [.. values.EnumerateArray()];
        _set = _values.Length > Few ? new HashSet<JsonElement>(_values, JsonValues.Comparer) : null;
    }

    protected override bool Holds(JsonElement instance, Evaluation run)
    {
        if (_set is not null)
            return _set.Contains(instance);
        foreach (var value in _values)
        {
            if (JsonValues.Comparer.Equals(value, instance))
                return true;
        }

        return false;
    }

    protected override string Expectation(JsonElement instance)
    {
        var shown = string.Join(", ", _values.Select(value => value.GetRawText()));
        return "must be one of " + (shown.Length <= Shown ? shown : shown[..Shown] + "…");
    }
}

/// <summary><c>uniqueItems</c>, in time linear in the items.</summary>
internal sealed class UniqueItemsKeyword(SchemaNode owner) : Assertion(owner, "uniqueItems")
{
    private const int Few = 8;

    protected override bool Holds(JsonElement instance, Evaluation run) =>
        instance.ValueKind != JsonValueKind.Array || FindPair(instance) is null;

    protected override string Expectation(JsonElement instance)
    {
        var (first, second) = FindPair(instance)!.Value;
        return $"must have no equal items, but the items {first} and {second} are equal";
    }

    private static (int First, int Second)? FindPair(JsonElement array) =>
        array.GetArrayLength() <= Few ? FindPairAmongFew(array) : FindPairAmongMany(array);

    private static (int First, int Second)? FindPairAmongFew(JsonElement array)
    {
        for (var second = 1; second < array.GetArrayLength(); second++)
        {
            for (var first = 0; first < second; first++)
            {
                if (JsonValues.Comparer.Equals(array[first], array[second]))
                    return (first, second);
            }
        }

        return null;
    }

    private static (int First, int Second)? FindPairAmongMany(JsonElement array)
    {
        var known = new Dictionary<JsonElement, int>(JsonValues.Comparer);
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (!known.TryAdd(item, index))
                return (known[item], index);
            index++;
        }

        return null;
    }
}
