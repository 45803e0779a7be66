using System.Buffers;
using System.Text;
using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using ModelContextProtocol.Protocol;

namespace Aos.Skills.Standard.Mcp;

/// <summary>What a tool answered, as a result: its structured part, its text, and what is neither.</summary>
internal static class ToolAnswer
{
    private const int MessageMax = 1_000;

    public static SkillResult Of(CallToolResult answer, string import, string tool, EffectClass effect)
    {
        var text = TextOf(answer);
        var result = Payload.FromUtf8(Write(answer, text));
        ValueList<SideEffect> effects = effect == EffectClass.Read ? []
            : [new SideEffect { Type = ToolContract.SideEffectType, Target = $"{import}/{tool}" }];
        if (answer.IsError != true) return SkillResult.Success(result) with { SideEffects = effects };
        var said = text.Length <= MessageMax ? text : string.Concat(text.AsSpan(0, MessageMax), "…");
        // A tool that failed may have done half of its work; only one that changes nothing has not.
        return SkillResult.Failure(
            ErrorCodes.McpToolFailed,
            said.Length == 0 ? $"The tool '{tool}' failed and did not say why." : $"The tool '{tool}' failed: {said}",
            effect == EffectClass.Read ? EffectState.None : EffectState.Unknown) with
        { Result = result };
    }

    private static string TextOf(CallToolResult answer) =>
        string.Join('\n', (answer.Content ?? []).OfType<TextContentBlock>().Select(block => block.Text));

    private static byte[] Write(CallToolResult answer, string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            var structured = answer.StructuredContent
                is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value
                    ? value : (JsonElement?)null;
            if (structured is { } own)
            {
                writer.WritePropertyName("structured");
                own.WriteTo(writer);
            }
            // Servers repeat the structured answer as text for clients that know no better.
            writer.WriteString("text", structured is { } said && IsSame(said, text) ? "" : text);
            writer.WriteStartArray("content");
            foreach (var block in answer.Content ?? [])
                if (block is not TextContentBlock) Write(writer, block);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory.ToArray();
    }

    private static bool IsSame(JsonElement structured, string text)
    {
        if (text.Length == 0 || text[0] != '{') return false;
        var limits = new JsonLimits { BytesMax = 16 << 20, DepthMax = 64, NodesMax = 2_000_000 };
        var (said, own) = (Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(structured.GetRawText()));
        return StrictJson.Parse(said, limits) is JsonReadResult.Read(var parsed, _)
            && StrictJson.Parse(own, limits) is JsonReadResult.Read(var value, _)
            && CanonicalJson.ToBytes(parsed).AsSpan().SequenceEqual(CanonicalJson.ToBytes(value));
    }

    private static void Write(Utf8JsonWriter writer, ContentBlock block)
    {
        writer.WriteStartObject();
        writer.WriteString("type", block.Type);
        switch (block)
        {
            case ImageContentBlock image:
                Data(writer, image.MimeType, image.Data);
                break;
            case AudioContentBlock audio:
                Data(writer, audio.MimeType, audio.Data);
                break;
            case EmbeddedResourceBlock { Resource: var resource }:
                writer.WriteString("uri", resource.Uri);
                if (resource.MimeType is { } type) writer.WriteString("mime_type", type);
                if (resource is TextResourceContents contents) writer.WriteString("text", contents.Text);
                if (resource is BlobResourceContents blob) writer.WriteString("data", blob.Blob.Span);
                break;
            case ResourceLinkBlock link:
                writer.WriteString("uri", link.Uri);
                writer.WriteString("name", link.Name);
                if (link.MimeType is { } kind) writer.WriteString("mime_type", kind);
                if (link.Description is { } description) writer.WriteString("description", description);
                break;
        }
        writer.WriteEndObject();
    }

    private static void Data(Utf8JsonWriter writer, string mimeType, ReadOnlyMemory<byte> base64)
    {
        writer.WriteString("mime_type", mimeType);
        writer.WriteString("data", base64.Span);
    }
}
