using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>An RFC 6901 pointer: a place in a JSON document. The default is the root. Immutable.</summary>
public readonly record struct JsonPointer
{
    private readonly string? _text;

    private JsonPointer(string text) => _text = text;

    /// <summary>The whole document; its text is empty.</summary>
    public static JsonPointer Root => default;

    /// <summary>Whether this is the whole document.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_text);

    /// <summary>Reads the string form, for example <c>/steps/0/input/a~1b</c>.</summary>
    /// <param name="text">Empty, or tokens that each start with a slash, with <c>~0</c> for a tilde and <c>~1</c> for
    /// a slash.</param>
    /// <param name="pointer">The pointer, or the root where the text is none.</param>
    /// <returns>False where the text is null or breaks the syntax.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out JsonPointer pointer)
    {
        pointer = default;
        if (text is null || (text.Length > 0 && text[0] != '/'))
            return false;
        for (var tilde = text.IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = text.IndexOf('~', tilde + 1))
        {
            if (tilde + 1 == text.Length || text[tilde + 1] is not ('0' or '1'))
                return false;
        }

        pointer = new JsonPointer(text);
        return true;
    }

    /// <summary>The member <paramref name="token"/> of what this points to; the name is given unescaped.</summary>
    public JsonPointer Append(string token) => new(_text + "/" + Escape(token));

    /// <summary>The item at <paramref name="index"/> (from 0) of what this points to.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public JsonPointer Append(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(_text + "/" + index.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Names and indexes from the root down, unescaped.</summary>
    public IReadOnlyList<string> Tokens() =>
        IsRoot ? [] : Array.ConvertAll(_text![1..].Split('/'), Unescape);

    /// <summary>Finds the value pointed to.</summary>
    /// <param name="root">The document.</param>
    /// <param name="value">The value, or the default where there is none.</param>
    /// <returns>False where a member or an item is missing, <c>-</c> and indexes with leading zeros included.</returns>
    public bool TryResolve(JsonElement root, out JsonElement value)
    {
        value = root;
        foreach (var token in Tokens())
        {
            var found = value.ValueKind switch
            {
                JsonValueKind.Object => value.TryGetProperty(token, out value),
                JsonValueKind.Array => TryItem(value, token, out value),
                _ => false,
            };
            if (found)
                continue;
            value = default;
            return false;
        }

        return true;
    }

    /// <summary>The string form of RFC 6901 §3; empty for the root.</summary>
    public override string ToString() => _text ?? "";

    /// <summary>Equal where both point to the same place.</summary>
    public bool Equals(JsonPointer other) => string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Writes a member name as a token: <c>~</c> becomes <c>~0</c> and <c>/</c> becomes <c>~1</c>.</summary>
    public static string Escape(string token)
    {
        if (token.AsSpan().IndexOfAny('~', '/') < 0)
            return token;
        return new StringBuilder(token).Replace("~", "~0").Replace("/", "~1").ToString();
    }

    // The order matters: "~01" is "~1", not "/".
    private static string Unescape(string token) => token.Contains('~', StringComparison.Ordinal)
        ? token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
        : token;

    private static bool TryItem(JsonElement array, string token, out JsonElement item)
    {
        item = default;
        var isIndex = token is "0" || (token.Length > 0 && token[0] is >= '1' and <= '9');
        if (!isIndex || !int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index >= array.GetArrayLength())
            return false;
        item = array[index];
        return true;
    }
}
