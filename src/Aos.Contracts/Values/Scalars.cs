using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>A value that is written as one string and parsed with a stated rule.</summary>
/// <typeparam name="TSelf">The value's own type.</typeparam>
public interface IScalar<TSelf> where TSelf : struct, IScalar<TSelf>
{
    /// <summary>What a valid text looks like, for error messages.</summary>
    static abstract string Rule { get; }

    /// <summary>Reads a text; false where it breaks the rule.</summary>
    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf value);

    /// <summary>The text.</summary>
    string Value { get; }
}

/// <summary>Writes an <see cref="IScalar{TSelf}"/> as a JSON string and as a member name.</summary>
/// <typeparam name="T">The scalar.</typeparam>
public sealed class ScalarConverter<T> : JsonConverter<T> where T : struct, IScalar<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"Expected {T.Rule}.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    /// <inheritdoc />
    public override T ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.TryParse(reader.GetString(), out var value) ? value : throw new JsonException($"Expected {T.Rule}.");

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}

internal static class ScalarText
{
    /// <summary>Whether a text is 1 to max characters, starts as told and goes on as told.</summary>
    public static bool Matches(string? text, int max, Func<char, bool> first, Func<char, bool> rest)
    {
        if (string.IsNullOrEmpty(text) || text.Length > max || !first(text[0])) return false;
        foreach (var c in text.AsSpan(1))
            if (!rest(c)) return false;
        return true;
    }

    /// <summary>Parses or throws, for constants and tests.</summary>
    public static T Require<T>(string text) where T : struct, IScalar<T> =>
        T.TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not {T.Rule}.");
}
