using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>Writes an enumeration as its name in snake case and refuses numbers.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class SnakeCaseEnum<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Writes a moment as UTC with microseconds: <c>2026-01-02T03:04:05.123456Z</c>. Reads any offset.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    private const int Length = 27;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var at)
            ? at.ToUniversalTime()
            : throw new JsonException("Expected a date and time such as '2026-01-02T03:04:05Z'.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // 'O' gives seven decimals; the seventh is cut so that the text is the same on every store.
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(value.UtcDateTime, text, out var written, 'O');
        if (written != Length + 1)
            throw new InvalidOperationException("A moment has 28 characters in round-trip form.");
        text[Length - 1] = (byte)'Z';
        writer.WriteStringValue(text[..Length]);
    }

    /// <summary>The moment cut to the precision that is written.</summary>
    internal static DateTimeOffset Truncate(DateTimeOffset at) =>
        at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
}
