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
            var text = new UTF8Encoding(
                encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8.Span);
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

    /// <summary>Line and column, from 1, of what a pointer points at; of the innermost value on the way to it where the
    /// value itself is missing; null where the text is no YAML that <see cref="ToJson"/> takes.</summary>
    public static (int Line, int Column)? Locate(ReadOnlyMemory<byte> utf8, string pointer)
    {
        if (ToJson(utf8).Problem is not null) return null;
        var parser = new Parser(new StringReader(Encoding.UTF8.GetString(utf8.Span)));
        parser.Consume<StreamStart>();
        parser.Consume<DocumentStart>();
        parser.Accept<NodeEvent>(out _); // Moves on to the root.
        var found = parser.Current!.Start;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            if (!Enter(
                parser, part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
                break;
            found = parser.Current!.Start;
        }
        return ((int)found.Line, (int)found.Column);
    }

    // Moves the parser from before a node to before the node in it that has a name or a number.
    private static bool Enter(Parser parser, string part)
    {
        if (parser.TryConsume<MappingStart>(out _))
        {
            while (parser.TryConsume<Scalar>(out var key))
            {
                if (key.Value == part) return parser.Accept<NodeEvent>(out _);
                parser.SkipThisAndNestedEvents();
            }
            return false;
        }
        if (!parser.TryConsume<SequenceStart>(out _) || !int.TryParse(part, out var index)) return false;
        for (; !parser.Accept<SequenceEnd>(out _); index--)
        {
            if (index == 0) return parser.Accept<NodeEvent>(out _);
            parser.SkipThisAndNestedEvents();
        }
        return false;
    }

    private static void WriteNode(IParser parser, Utf8JsonWriter writer, int depth)
    {
        if (parser.Accept<AnchorAlias>(out var alias)) throw Anchored(alias);
        var node = parser.Consume<NodeEvent>();
        if (depth > DepthMax) throw new YamlException(node.Start, node.End, $"It is nested deeper than {DepthMax}.");
        if (!node.Anchor.IsEmpty) throw Anchored(node);
        if (!node.Tag.IsEmpty)
            throw new YamlException(node.Start, node.End, $"The tag {node.Tag} is not allowed here.");
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
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (!names.Add(key.Value))
                throw new YamlException(
                    key.Start, key.End, $"The name '{key.Value}' stands here twice. Keep one of them.");
            writer.WritePropertyName(key.Value);
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
        (default, new Problem("", ErrorCodes.InvalidProfile, $"Line {at.Line}, column {at.Column}: {message}")
        {
            Line = (int)at.Line,
            Column = (int)at.Column,
        });
}
