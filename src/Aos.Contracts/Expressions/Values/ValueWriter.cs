using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Expressions;

/// <summary>Writes values as JSON.</summary>
internal static class ValueWriter
{
    // More than a payload may nest and an expression may add to it.
    private const int DepthMax = 2048;

    /// <summary>Writes in the order of the source.</summary>
    public static void Write(in ExpressionValue value, Utf8JsonWriter writer)
    {
        switch (value.Kind)
        {
            case ExpressionValueKind.Unknown: throw Unwritable();
            case ExpressionValueKind.Null: writer.WriteNullValue(); break;
            case ExpressionValueKind.Boolean: writer.WriteBooleanValue(value.IsTruthy == true); break;
            case ExpressionValueKind.Number: writer.WriteRawValue(value.RawUtf8, skipInputValidation: true); break;
            case ExpressionValueKind.String: writer.WriteStringValue(value.Text); break;
            case var _ when value.TryGetElement(out var element): element.WriteTo(writer); break;
            case ExpressionValueKind.Array: WriteItems(value, writer); break;
            default: WriteMembers(value, writer); break;
        }
    }

    /// <summary>Writes canonical JSON, as <see cref="CanonicalJson"/> defines it.</summary>
    public static byte[] WriteCanonical(in ExpressionValue value)
    {
        if (value.TryGetElement(out var element)) return CanonicalJson.ToBytes(element);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = DepthMax }))
            Write(value, writer);
        var options = new JsonDocumentOptions { MaxDepth = DepthMax };
        return CanonicalJson.ToBytes(JsonElement.Parse(output.WrittenSpan, options));
    }

    private static void WriteItems(in ExpressionValue value, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        var items = new ItemCursor(value);
        while (items.MoveNext()) Write(items.Current, writer);
        writer.WriteEndArray();
    }

    private static void WriteMembers(in ExpressionValue value, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value.Members)
        {
            writer.WritePropertyName(name);
            Write(member, writer);
        }

        writer.WriteEndObject();
    }

    private static InvalidOperationException Unwritable() =>
        new("The value is not known yet and has no JSON; ask ContainsUnknown first.");
}
