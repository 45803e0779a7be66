using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Expressions;

/// <summary>The types of value that an expression works on.</summary>
public enum ExpressionValueKind
{
    /// <summary>JSON null, and what a missing member reads as.</summary>
    Null,

    /// <summary>A value that exists only when the plan really runs. Whatever is computed from it is unknown
    /// too.</summary>
    Unknown,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A number, kept as the digits it was written with.</summary>
    Number,

    /// <summary>Text.</summary>
    String,

    /// <summary>A list of values.</summary>
    Array,

    /// <summary>Values by name.</summary>
    Object,
}

/// <summary>A JSON value, or the absence of knowledge of one. Immutable; the default is <see cref="Null"/>.
/// It may refer into a <see cref="JsonDocument"/>, which must then outlive it.</summary>
[DebuggerDisplay("{Kind}")]
public readonly partial struct ExpressionValue
{
    // One of: nothing (use _element), byte[] (number), string, ItemList, ExpressionObject.
    private readonly object? _payload;
    private readonly JsonElement _element;
    private readonly Truth _truth;

    private ExpressionValue(
        ExpressionValueKind kind, object? payload, JsonElement element = default, Truth truth = Truth.Open)
    {
        Kind = kind;
        _payload = payload;
        _element = element;
        _truth = truth;
    }

    /// <summary>JSON null.</summary>
    public static ExpressionValue Null => default;

    /// <summary>A value that is not known yet.</summary>
    public static ExpressionValue Unknown => new(ExpressionValueKind.Unknown, null);

    /// <summary>The type of the value.</summary>
    public ExpressionValueKind Kind { get; }

    /// <summary>Whether the value as a whole is not known.</summary>
    public bool IsUnknown => Kind == ExpressionValueKind.Unknown;

    /// <summary>Whether JMESPath counts the value as true: everything but null, false, and empty text, arrays and
    /// objects. Null when that is not known; an unknown value can still have a known truth, as in <c>unknown &amp;&amp;
    /// `false`</c>.</summary>
    public bool? IsTruthy => Kind switch
    {
        ExpressionValueKind.Null => false,
        ExpressionValueKind.Boolean => _truth == Truth.Yes,
        ExpressionValueKind.Unknown => _truth == Truth.Open ? null : _truth == Truth.Yes,
        ExpressionValueKind.Number => true,
        ExpressionValueKind.String => _payload is string text ? text.Length > 0 : RawUtf8.Length > 2,
        ExpressionValueKind.Array => ItemCount > 0,
        _ => HasMembers,
    };

    /// <summary>The value of a JSON element, not copied. A document with duplicate names, or with text that is not
    /// Unicode, should have been refused before; here the last of the duplicates wins.</summary>
    public static ExpressionValue FromElement(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => FromBoolean(true),
        JsonValueKind.False => FromBoolean(false),
        JsonValueKind.Number => new(ExpressionValueKind.Number, null, element),
        JsonValueKind.String => new(ExpressionValueKind.String, null, element),
        JsonValueKind.Array => new(ExpressionValueKind.Array, null, element),
        JsonValueKind.Object => new(ExpressionValueKind.Object, null, element),
        _ => default,
    };

    /// <summary>An object whose members are found on demand.</summary>
    public static ExpressionValue FromObject(ExpressionObject value) => new(ExpressionValueKind.Object, value);

    /// <summary>Text. It must be well-formed UTF-16.</summary>
    public static ExpressionValue FromString(string value) => new(ExpressionValueKind.String, value);

    /// <summary>True or false.</summary>
    public static ExpressionValue FromBoolean(bool value) =>
        new(ExpressionValueKind.Boolean, null, default, value ? Truth.Yes : Truth.No);

    /// <summary>A whole number.</summary>
    public static ExpressionValue FromInteger(long value) => FromNumber(Encoding.ASCII.GetBytes(value.ToString()));

    /// <summary>An array of these values, which may be of any kind and include <see cref="Unknown"/>.</summary>
    public static ExpressionValue FromItems(IEnumerable<ExpressionValue> items) =>
        FromItems(new ItemList([.. items], null));

    internal static ExpressionValue FromItems(ItemList items) => new(ExpressionValueKind.Array, items);

    /// <param name="utf8">A JSON number. The caller gives up the array.</param>
    internal static ExpressionValue FromNumber(byte[] utf8) => new(ExpressionValueKind.Number, utf8);

    internal static ExpressionValue UnknownButTruthy(bool truthy) =>
        new(ExpressionValueKind.Unknown, null, default, truthy ? Truth.Yes : Truth.No);

    /// <summary>Raw JSON of a value that lies in a document, or the digits of a number.</summary>
    internal ReadOnlySpan<byte> RawUtf8 => _payload is byte[] digits ? digits : JsonMarshal.GetRawUtf8Value(_element);

    internal object? Payload => _payload;

    private enum Truth : byte
    {
        Open,
        No,
        Yes,
    }
}
