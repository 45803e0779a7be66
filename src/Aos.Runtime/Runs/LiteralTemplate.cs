using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Runs;

/// <summary>Writes a value such that, read as a template, it is itself.</summary>
internal static class LiteralTemplate
{
    public static Payload Of(Payload value)
    {
        if (value.Utf8.Span.IndexOf("${"u8) < 0 && value.Utf8.Span.IndexOf("\\u"u8) < 0) return value;
        var buffer = new ArrayBufferWriter<byte>(value.Utf8.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, EventCodec.Options)) Write(writer, value.Element);
        return Payload.FromUtf8(buffer.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(element.GetString()!.Replace("${", "$${", StringComparison.Ordinal));
                break;
            default: element.WriteTo(writer); break;
        }
    }
}
