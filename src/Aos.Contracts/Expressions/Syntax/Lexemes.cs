using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Contracts.Json;

namespace Aos.Contracts.Expressions;

/// <summary>Reads the values of tokens.</summary>
internal static class Lexemes
{
    /// <summary>Reads what stands between the quotes of <c>"name"</c>, where JSON's escapes hold.</summary>
    public static bool TryReadName(ReadOnlySpan<char> lexeme, [NotNullWhen(true)] out string? name)
    {
        name = TryReadJson(lexeme.ToString(), out var value) ? value.Text : null;
        return name is not null;
    }

    /// <summary>Reads what stands between the quotes of <c>'text'</c>: only the quote itself can be escaped.</summary>
    public static bool TryReadRawString(ReadOnlySpan<char> lexeme, out ExpressionValue value)
    {
        value = ExpressionValue.FromString(Unescape(lexeme[1..^1], '\''));
        return IsUnicode(lexeme);
    }

    /// <summary>Reads what stands between the backticks of a literal: JSON, in which a backtick is escaped.</summary>
    public static bool TryReadLiteral(ReadOnlySpan<char> lexeme, out ExpressionValue value) =>
        TryReadJson(Unescape(lexeme[1..^1], '`'), out value);

    private static bool TryReadJson(string json, out ExpressionValue value)
    {
        value = default;
        if (!IsUnicode(json)) return false;
        var utf8 = Encoding.UTF8.GetBytes(json);
        if (StrictJson.Parse(utf8, JsonLimits.Default) is not JsonReadResult.Read read) return false;
        value = ExpressionValue.FromElement(read.Value);
        return true;
    }

    private static string Unescape(ReadOnlySpan<char> text, char delimiter)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && text[at + 1] != delimiter) plain.Append(text[at]);
            if (text[at] == '\\') at++;
            plain.Append(text[at]);
        }

        return plain.ToString();
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return false;
            at++;
        }

        return true;
    }
}
