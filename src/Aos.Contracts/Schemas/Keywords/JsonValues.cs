using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>Equality of JSON values as the specification has it: numbers by value, objects without order.</summary>
internal sealed class JsonValues : IEqualityComparer<JsonElement>
{
    private const int FewMembers = 16;

    public static JsonValues Comparer { get; } = new();

    public bool Equals(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind)
            return false;
        return x.ValueKind switch
        {
            JsonValueKind.Number => NumbersEqual(x, y),
            JsonValueKind.String => TextsEqual(x, y),
            JsonValueKind.Array => ArraysEqual(x, y),
            JsonValueKind.Object => ObjectsEqual(x, y),
            _ => true,
        };
    }

    public int GetHashCode(JsonElement value)
    {
        GuardStack();
        var hash = new HashCode();
        hash.Add((int)value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                AddNumber(ref hash, value);
                break;
            case JsonValueKind.String:
                hash.Add(value.GetString(), StringComparer.Ordinal);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    hash.Add(GetHashCode(item));
                break;
            case JsonValueKind.Object:
                var members = 0;
                foreach (var member in value.EnumerateObject())
                    members ^= HashCode.Combine(
                        member.Name.GetHashCode(StringComparison.Ordinal), GetHashCode(member.Value));
                hash.Add(members);
                break;
        }

        return hash.ToHashCode();
    }

    private static void GuardStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new InvalidOperationException("The JSON value is nested too deep. Read it with StrictJson first.");
    }

    private static void AddNumber(ref HashCode hash, JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        var digits = DecimalDigits.Read(raw, raw.Length <= 128 ? stackalloc byte[128] : new byte[raw.Length]);
        hash.Add(digits.IsNegative);
        hash.Add(digits.Point);
        hash.AddBytes(digits.Digits);
    }

    private static bool NumbersEqual(JsonElement x, JsonElement y)
    {
        var left = JsonMarshal.GetRawUtf8Value(x);
        var right = JsonMarshal.GetRawUtf8Value(y);
        if (left.SequenceEqual(right))
            return true;
        var length = left.Length + right.Length;
        Span<byte> scratch = length <= 256 ? stackalloc byte[256] : new byte[length];
        var number = DecimalDigits.Read(left, scratch);
        return DecimalDigits.Compare(number, DecimalDigits.Read(right, scratch[left.Length..])) == 0;
    }

    private static bool TextsEqual(JsonElement x, JsonElement y)
    {
        var left = JsonMarshal.GetRawUtf8Value(x);
        var right = JsonMarshal.GetRawUtf8Value(y);
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
            return left.SequenceEqual(right);
        return string.Equals(x.GetString(), y.GetString(), StringComparison.Ordinal);
    }

    private bool ArraysEqual(JsonElement x, JsonElement y)
    {
        GuardStack();
        if (x.GetArrayLength() != y.GetArrayLength())
            return false;
        using var others = y.EnumerateArray();
        foreach (var item in x.EnumerateArray())
        {
            if (!others.MoveNext() || !Equals(item, others.Current))
                return false;
        }

        return true;
    }

    private bool ObjectsEqual(JsonElement x, JsonElement y)
    {
        GuardStack();
        var count = x.GetPropertyCount();
        if (count != y.GetPropertyCount())
            return false;
        // Looking a name up reads the object through, so many names need an index.
        var index = count > FewMembers ? IndexOf(y) : null;
        foreach (var member in x.EnumerateObject())
        {
            var isThere = index is null
                ? y.TryGetProperty(member.Name, out var other)
                : index.TryGetValue(member.Name, out other);
            if (!isThere || !Equals(member.Value, other))
                return false;
        }

        return true;
    }

    private static Dictionary<string, JsonElement> IndexOf(JsonElement value)
    {
        var index = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
            index[member.Name] = member.Value;
        return index;
    }
}
