using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>An event of a run as it is shown.</summary>
/// <param name="Seq">Its place in the journal, from 1.</param>
/// <param name="Event">The event.</param>
public sealed record TraceLine(long Seq, RunEvent Event)
{
    private const int DepthMax = 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The line as JSON: <c>seq</c>, <c>at</c>, <c>type</c>, <c>step_id</c>, <c>attempt</c>, and the rest
    /// under <c>data</c>.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            var element = Payload.FromUtf8(AosJson.Write(Event)).Element;
            writer.WriteStartObject();
            writer.WriteNumber("seq", Seq);
            foreach (var name in (ReadOnlySpan<string>)["at", "type", "step_id", "attempt"])
                if (element.TryGetProperty(name, out var value))
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            writer.WriteStartObject("data");
            foreach (var member in element.EnumerateObject())
                if (member.Name is not ("at" or "type" or "step_id" or "attempt")) member.WriteTo(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a line as <see cref="ToJson"/> writes it.</summary>
    /// <exception cref="JsonException">It is none, or of an event that this version does not know.</exception>
    public static TraceLine Parse(ReadOnlyMemory<byte> utf8)
    {
        using var line = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = DepthMax });
        if (line.RootElement is not { ValueKind: JsonValueKind.Object } members
            || !members.TryGetProperty("seq", out var seq) || !seq.TryGetInt64(out var number)
            || !members.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            throw new JsonException("An object with seq and data is expected.");
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            foreach (var member in members.EnumerateObject())
                if (member.Name is not ("seq" or "data")) member.WriteTo(writer);
            foreach (var member in data.EnumerateObject()) member.WriteTo(writer);
            writer.WriteEndObject();
        }
        return new TraceLine(number, AosJson.Read<RunEvent>(buffer.WrittenSpan));
    }
}
