using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>An immutable JSON value that travels through a run: the input or the result of a step.</summary>
/// <remarks>Holds the value's UTF-8 text and parses it on first use, so that what is only passed on is never parsed.
/// A large value is kept in the journal as a content-addressed blob; a payload read back that way is complete only
/// after <see cref="Complete"/>. In a simulation a value can be <see cref="Unknown"/>. Safe for concurrent readers.
/// Two payloads are equal when their texts are.</remarks>
[JsonConverter(typeof(PayloadConverter))]
public sealed class Payload : IEquatable<Payload>
{
    /// <summary>The member that marks a reference to a blob in the journal.</summary>
    public const string BlobMember = "$blob";

    private ReadOnlyMemory<byte> _utf8;
    // A boxed JsonElement. The element itself is two words, which a reader could see half written by another thread.
    private object? _element;

    private Payload(ReadOnlyMemory<byte> utf8, object? element, BlobRef? blob)
    {
        _utf8 = utf8;
        _element = element;
        Blob = blob;
    }

    /// <summary>The JSON value <c>null</c>.</summary>
    public static Payload Null { get; } = FromUtf8("null"u8.ToArray());

    /// <summary>The empty object.</summary>
    public static Payload Empty { get; } = FromUtf8("{}"u8.ToArray());

    /// <summary>The value that a simulation does not have. Its text is <c>null</c>.</summary>
    public static Payload Unknown { get; } = FromUtf8("null"u8.ToArray());

    /// <summary>Where the value is kept, when it was read from the journal as a blob.</summary>
    public BlobRef? Blob { get; }

    /// <summary>Whether this is the value that a simulation does not have.</summary>
    public bool IsUnknown => ReferenceEquals(this, Unknown);

    /// <summary>Whether the text is here. False only for a blob that was not yet completed.</summary>
    public bool IsComplete => !_utf8.IsEmpty;

    /// <summary>The value as UTF-8 JSON text.</summary>
    /// <exception cref="InvalidOperationException">The payload is a blob that was not completed.</exception>
    public ReadOnlyMemory<byte> Utf8 => IsComplete ? _utf8 : throw Incomplete();

    /// <summary>The parsed value.</summary>
    /// <exception cref="InvalidOperationException">The payload is a blob that was not completed.</exception>
    public JsonElement Element
    {
        get
        {
            if (Volatile.Read(ref _element) is { } known) return (JsonElement)known;
            // Two readers at once may parse twice: both values are the same.
            var parsed = JsonElement.Parse(Utf8.Span, new JsonDocumentOptions { MaxDepth = 1024 });
            Volatile.Write(ref _element, parsed);
            return parsed;
        }
    }

    /// <summary>Wraps a JSON text. The caller vouches that it is valid JSON and never changes the bytes.</summary>
    public static Payload FromUtf8(ReadOnlyMemory<byte> utf8) => utf8.IsEmpty
        ? throw new ArgumentException("A JSON value has at least one byte.", nameof(utf8))
        : new Payload(utf8, element: null, blob: null);

    /// <summary>Wraps a parsed value, which must not belong to a document that is disposed.</summary>
    public static Payload FromElement(JsonElement element) =>
        new(JsonMarshal.GetRawUtf8Value(element).ToArray(), element, blob: null);

    /// <summary>A payload whose text is kept elsewhere and arrives by <see cref="Complete"/>.</summary>
    public static Payload FromBlob(BlobRef blob) => new(default, element: null, blob);

    /// <summary>Fills in the text of a blob, once.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those that the reference names.</exception>
    public void Complete(ReadOnlyMemory<byte> utf8)
    {
        if (Blob is null) throw new InvalidOperationException("Only a blob can be completed.");
        if (Digest.Of(utf8.Span) != Blob.Digest)
            throw new InvalidDataException($"The blob {Blob.Digest} holds other bytes than its name says.");
        _utf8 = utf8;
    }

    /// <inheritdoc />
    public bool Equals(Payload? other) => ReferenceEquals(this, other)
        || (other is not null && IsUnknown == other.IsUnknown && Utf8.Span.SequenceEqual(other.Utf8.Span));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Payload);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() =>
        IsUnknown ? "(unknown)" : IsComplete
            ? System.Text.Encoding.UTF8.GetString(_utf8.Span) : $"(blob {Blob!.Digest})";

    /// <summary>Writes the value on one line; one that is not complete as the reference to its blob.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (IsComplete)
        {
            writer.WriteRawValue(OnOneLine(_utf8.Span), skipInputValidation: true);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString(BlobMember, Blob!.Digest.Value);
        writer.WriteNumber("bytes", Blob.Bytes);
        writer.WriteEndObject();
    }

    // A journal and a trace have one event a line. A line break in JSON text is white space: in a string it is escaped.
    private static ReadOnlySpan<byte> OnOneLine(ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAny((byte)'\n', (byte)'\r') < 0) return json;
        var line = json.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }

    private InvalidOperationException Incomplete() => new($"The blob {Blob!.Digest} was not loaded.");
}

/// <summary>Names bytes that are stored by their content.</summary>
/// <param name="Digest">The digest of the bytes.</param>
/// <param name="Bytes">How many they are.</param>
public sealed record BlobRef(Digest Digest, long Bytes);

/// <summary>Writes a <see cref="Payload"/> as the value that it is, or as a reference to a blob.</summary>
public sealed class PayloadConverter : JsonConverter<Payload>
{
    /// <inheritdoc />
    public override bool HandleNull => true;

    /// <inheritdoc />
    public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return Payload.Null;
        var element = JsonElement.ParseValue(ref reader);
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(Payload.BlobMember, out var name)
            ? ReadBlob(element, name)
            : Payload.FromElement(element);
    }

    private static Payload ReadBlob(JsonElement element, JsonElement name)
    {
        if (name.ValueKind != JsonValueKind.String || !Digest.TryParse(name.GetString(), out var digest)
            || !element.TryGetProperty("bytes", out var bytes) || !bytes.TryGetInt64(out var length))
            throw new JsonException($"A '{Payload.BlobMember}' reference needs a digest and its 'bytes'.");
        return Payload.FromBlob(new BlobRef(digest, length));
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) =>
        value.WriteTo(writer);
}
