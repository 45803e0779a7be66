using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Mcp;

/// <summary>What a server says of one tool, as far as it is pinned: name, description, input schema, output
/// schema.</summary>
/// <param name="Name">The name on the server.</param>
/// <param name="Value">The four as one JSON object, whose canonical form is hashed.</param>
/// <param name="Hash">SHA-256 of that form, in lower-case hexadecimal digits.</param>
/// <param name="Hints">What the server says of the tool's behaviour; null where it says nothing.</param>
/// <param name="Mistake">Why it cannot be pinned; null where it can.</param>
public sealed record ToolDefinition(string Name, Payload Value, string Hash, Payload? Hints, string? Mistake)
{
    private static readonly JsonLimits Limits = new() { BytesMax = 1 << 20, DepthMax = 64 };

    /// <summary>The description, as the server wrote it.</summary>
    public string Description => DescriptionOf(Value);

    /// <summary>The description in a definition.</summary>
    public static string DescriptionOf(Payload definition) =>
        definition.Element.TryGetProperty("description", out var text) ? text.GetString() ?? "" : "";

    internal static ToolDefinition Of(
        string name, string? description, JsonElement input, JsonElement? output, JsonElement? hints)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("description", description ?? "");
            writer.WritePropertyName("input_schema");
            input.WriteTo(writer);
            if (output is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } schema)
            {
                writer.WritePropertyName("output_schema");
                schema.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        var text = buffer.WrittenMemory.ToArray();
        // Text that is not strict JSON has no canonical form, so that nothing could be pinned by it.
        if (StrictJson.FindProblem(text, Limits) is { } problem)
            return new ToolDefinition(
                name, Payload.Null, "", null, $"what the server says of it is refused: {problem.Message}");
        var value = Payload.FromUtf8(text);
        return new ToolDefinition(name, value, CanonicalJson.Sha256Hex(value.Element),
            hints is { ValueKind: JsonValueKind.Object } told ? Payload.FromElement(told.Clone()) : null,
            Mistake: null);
    }
}
