using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Expressions;

public readonly partial struct ExpressionValue
{
    /// <summary>The items of an array, in order; none for a value of another kind.</summary>
    public IEnumerable<ExpressionValue> Items
    {
        get
        {
            var items = new ItemCursor(this);
            while (items.MoveNext()) yield return items.Current;
        }
    }

    /// <summary>How many items an array has; 0 for a value of another kind.</summary>
    public int ItemCount => Kind != ExpressionValueKind.Array ? 0
        : _payload is ItemList items ? items.Values.Length : _element.GetArrayLength();

    /// <summary>The names of an object's members in the order of their source; none for a value of another
    /// kind.</summary>
    public IEnumerable<string> MemberNames => Members.Select(member => member.Key);

    /// <summary>An object's members in the order of their source; none for a value of another kind.</summary>
    public IEnumerable<KeyValuePair<string, ExpressionValue>> Members
    {
        get
        {
            if (Kind != ExpressionValueKind.Object) yield break;
            if (_payload is ExpressionObject members)
            {
                foreach (var name in members.MemberNames)
                {
                    if (members.TryGetMember(name, out var value)) yield return new(name, value);
                }

                yield break;
            }

            foreach (var member in _element.EnumerateObject()) yield return new(member.Name, FromElement(member.Value));
        }
    }

    /// <summary>The text of a string, the digits of a number as they were written, or the empty text.</summary>
    public string Text => Kind switch
    {
        ExpressionValueKind.String => _payload as string ?? _element.GetString()!,
        ExpressionValueKind.Number => Encoding.ASCII.GetString(RawUtf8),
        _ => "",
    };

    /// <summary>Writes the value in the order of its source, numbers as they were given.</summary>
    /// <exception cref="InvalidOperationException">The value is not fully known; see <see
    /// cref="ContainsUnknown"/>.</exception>
    public void WriteTo(Utf8JsonWriter writer) => ValueWriter.Write(this, writer);

    /// <summary>The canonical bytes of the value, as <see cref="Json.CanonicalJson"/> defines them.</summary>
    /// <exception cref="InvalidOperationException">The value is not fully known (see <see cref="ContainsUnknown"/>), or
    /// lies in a document that is not strict JSON.</exception>
    public byte[] ToCanonicalUtf8() => ValueWriter.WriteCanonical(this);

    /// <summary>Whether the value is unknown or, at any depth, holds something unknown; then it cannot be
    /// written.</summary>
    public bool ContainsUnknown => Kind switch
    {
        ExpressionValueKind.Unknown => true,
        ExpressionValueKind.Array => _payload is ItemList list && AnyUnknown(list.Values),
        ExpressionValueKind.Object =>
            _payload is ExpressionObject && AnyUnknown(Members.Select(member => member.Value)),
        _ => false,
    };

    /// <summary>Finds a member of an object. A value of another kind has none; an unknown value has every member,
    /// each unknown.</summary>
    public bool TryGetMember(string name, out ExpressionValue value)
    {
        value = IsUnknown ? Unknown : Null;
        if (Kind != ExpressionValueKind.Object) return IsUnknown;
        if (_payload is ExpressionObject members) return members.TryGetMember(name, out value);
        if (!_element.TryGetProperty(name, out var element)) return false;
        value = FromElement(element);
        return true;
    }

    /// <summary>Gives the element when the value lies unchanged in a JSON document. Strings, numbers, arrays and
    /// objects that were computed do not, nor do booleans and null.</summary>
    public bool TryGetElement(out JsonElement element)
    {
        element = _element;
        return _payload is null && _element.ValueKind != JsonValueKind.Undefined;
    }

    /// <summary>Reads true or false.</summary>
    public bool TryGetBoolean([NotNullWhen(true)] out bool? value)
    {
        value = Kind == ExpressionValueKind.Boolean ? _truth == Truth.Yes : null;
        return value.HasValue;
    }

    internal ExpressionValue Member(string name, ReadOnlySpan<byte> utf8)
    {
        if (_payload is ExpressionObject members) return members.TryGetMember(name, out var value) ? value : Null;
        return _element.TryGetProperty(utf8, out var element) ? FromElement(element) : Null;
    }

    internal ExpressionValue ItemAt(int index) =>
        _payload is ItemList items ? items.Values[index] : FromElement(_element[index]);

    /// <summary>An upper bound of the length of <see cref="Text"/>, found without making it.</summary>
    internal int TextLengthMax => _payload is string text ? text.Length : RawUtf8.Length;

    internal int MemberCount => _payload is ComputedObject computed ? computed.Count
        : _payload is null ? _element.GetPropertyCount() : 0;

    internal JsonElement.ArrayEnumerator ElementItems => _element.EnumerateArray();

    private bool HasMembers =>
        _payload is ExpressionObject members ? members.MemberNames.Any() : _element.GetPropertyCount() > 0;

    private static bool AnyUnknown(IEnumerable<ExpressionValue> values)
    {
        foreach (var value in values)
        {
            if (value.ContainsUnknown) return true;
        }

        return false;
    }
}
