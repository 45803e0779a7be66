using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Expressions;

/// <summary>Writes values as JSON.</summary>
internal static class ValueWriter
{
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

    /// <summary>Writes without white space, members sorted by UTF-16 order, text with no more escapes than JSON demands,
    /// numbers as they were given.</summary>
    public static void WriteSorted(in ExpressionValue value, IBufferWriter<byte> output)
    {
        switch (value.Kind)
        {
            case ExpressionValueKind.Unknown: throw Unwritable();
            case ExpressionValueKind.Null: output.Write("null"u8); break;
            case ExpressionValueKind.Boolean: output.Write(value.IsTruthy == true ? "true"u8 : "false"u8); break;
            case ExpressionValueKind.Number: output.Write(value.RawUtf8); break;
            case ExpressionValueKind.String: WriteText(value.Text, output); break;
            case ExpressionValueKind.Array: WriteSortedItems(value, output); break;
            default: WriteSortedMembers(value, output); break;
        }
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

    private static void WriteSortedItems(in ExpressionValue value, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        var first = true;
        var items = new ItemCursor(value);
        while (items.MoveNext())
        {
            if (!first) output.Write(","u8);
            first = false;
            WriteSorted(items.Current, output);
        }

        output.Write("]"u8);
    }

    private static void WriteSortedMembers(in ExpressionValue value, IBufferWriter<byte> output)
    {
        var members = new SortedDictionary<string, ExpressionValue>(StringComparer.Ordinal);
        foreach (var (name, member) in value.Members) members[name] = member;

        output.Write("{"u8);
        var first = true;
        foreach (var (name, member) in members)
        {
            if (!first) output.Write(","u8);
            first = false;
            WriteText(name, output);
            output.Write(":"u8);
            WriteSorted(member, output);
        }

        output.Write("}"u8);
    }

    private static void WriteText(string text, IBufferWriter<byte> output)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\f' => escaped.Append("\\f"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' => escaped.Append("\\u").Append(((int)unit).ToString("x4")),
                _ => escaped.Append(unit),
            };
        }

        output.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }

    private static InvalidOperationException Unwritable() =>
        new("The value is not known yet and has no JSON; ask ContainsUnknown first.");
}
