using System.Buffers;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Runs;

/// <summary>An event of a run as it is shown.</summary>
/// <param name="Seq">Its place in the journal, from 1.</param>
/// <param name="Event">The event.</param>
public sealed record TraceLine(long Seq, RunEvent Event)
{
    /// <summary>The line as JSON: <c>seq</c>, <c>at</c>, <c>type</c>, <c>step_id</c>, <c>attempt</c>, and the rest
    /// under <c>data</c>.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventCodec.Options))
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
}
