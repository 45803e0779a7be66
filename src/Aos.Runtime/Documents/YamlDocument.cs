using System.Buffers;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Aos.Runtime.Documents;

/// <summary>Turns a YAML document into JSON, so that it is checked like any other: one document, no anchors, no tags,
/// plain scalars read as the YAML 1.2 core schema does.</summary>
internal static class YamlDocument
{
    private const int DepthMax = 32;

    public static (ReadOnlyMemory<byte> Json, Problem? Problem) ToJson(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8.Span);
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.Accept<DocumentStart>(out _)) return Refuse("The document is empty.", Mark.Empty);
            parser.Consume<DocumentStart>();
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = DepthMax + 1 }))
                WriteNode(parser, writer, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _)
                ? (buffer.WrittenMemory, null)
                : Refuse("The file holds more than one document.", parser.Current?.Start ?? Mark.Empty);
        }
        catch (YamlException error)
        {
            return Refuse(error.Message, error.Start);
        }
        catch (DecoderFallbackException)
        {
            return Refuse("The file is not valid UTF-8.", Mark.Empty);
        }
    }

    private static void WriteNode(IParser parser, Utf8JsonWriter writer, int depth)
    {
        if (parser.Accept<AnchorAlias>(out var alias)) throw Anchored(alias);
        var node = parser.Consume<NodeEvent>();
        if (depth > DepthMax) throw new YamlException(node.Start, node.End, $"It is nested deeper than {DepthMax}.");
        if (!node.Anchor.IsEmpty) throw Anchored(node);
        if (!node.Tag.IsEmpty) throw new YamlException(node.Start, node.End, $"The tag {node.Tag} is not allowed here.");
        switch (node)
        {
            case Scalar scalar: WriteScalar(scalar, writer); break;
            case SequenceStart: WriteSequence(parser, writer, depth); break;
            case MappingStart: WriteMapping(parser, writer, depth); break;
            default: throw new YamlException(node.Start, node.End, "Expected a value.");
        }
    }

    private static YamlException Anchored(ParsingEvent node) =>
        new(node.Start, node.End, "Anchors and aliases are not allowed here; write the value out.");

    private static void WriteSequence(IParser parser, Utf8JsonWriter writer, int depth)
    {
        writer.WriteStartArray();
        while (!parser.TryConsume<SequenceEnd>(out _)) WriteNode(parser, writer, depth + 1);
        writer.WriteEndArray();
    }

    private static void WriteMapping(IParser parser, Utf8JsonWriter writer, int depth)
    {
        writer.WriteStartObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            writer.WritePropertyName(key.Value); // Repeated names are refused by the strict JSON reader.
            WriteNode(parser, writer, depth + 1);
        }
        writer.WriteEndObject();
    }

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter writer)
    {
        if (scalar.Style != ScalarStyle.Plain)
        {
            writer.WriteStringValue(scalar.Value);
            return;
        }
        switch (scalar.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL": writer.WriteNullValue(); break;
            case "true" or "True" or "TRUE": writer.WriteBooleanValue(true); break;
            case "false" or "False" or "FALSE": writer.WriteBooleanValue(false); break;
            default:
                if (IsJsonNumber(scalar.Value)) writer.WriteRawValue(scalar.Value);
                else writer.WriteStringValue(scalar.Value);
                break;
        }
    }

    private static bool IsJsonNumber(string text)
    {
        if (!char.IsAsciiDigit(text[^1]) || !(char.IsAsciiDigit(text[0]) || text[0] == '-')) return false;
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false; // Text that only looks like a number, such as 1.2.3.
        }
    }

    private static (ReadOnlyMemory<byte>, Problem?) Refuse(string message, Mark at) =>
        (default, new Problem("", ErrorCodes.InvalidProfile, $"Line {at.Line}, column {at.Column}: {message}"));
}
