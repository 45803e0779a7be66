using System.Buffers;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Planning;

/// <summary>Puts captured text into a plan: <c>{{name}}</c> in any string. What a goal says is text, never an
/// expression: <c>${</c> in it is escaped.</summary>
internal static class PlanTemplate
{
    public static Payload Fill(Payload template, IReadOnlyDictionary<string, string> captures)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventCodec.Options)) Write(writer, template.Element, captures);
        return Payload.FromUtf8(buffer.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, IReadOnlyDictionary<string, string> captures)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, captures);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item, captures);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Fill(element.GetString()!, captures));
                break;
            default: element.WriteTo(writer); break;
        }
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> captures)
    {
        var filled = new StringBuilder();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0 || !captures.TryGetValue(text[(open + 2)..close].Trim(), out var value))
            {
                filled.Append(text, at, open + 2 - at);
                at = open + 2;
                continue;
            }
            filled.Append(text, at, open - at).Append(value.Replace("${", "$${", StringComparison.Ordinal));
            at = close + 2;
        }
        return filled.Append(text, at, text.Length - at).ToString();
    }
}
