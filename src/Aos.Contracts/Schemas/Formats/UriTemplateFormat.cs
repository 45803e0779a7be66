using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>The grammar of RFC 6570 §2.</summary>
internal static class UriTemplateFormat
{
    public static bool IsUriTemplate(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '{')
            {
                var close = text.IndexOf('}');
                if (close < 0 || !IsExpression(text[1..close]))
                    return false;
                text = text[(close + 1)..];
                continue;
            }

            Rune.DecodeFromUtf16(text, out var rune, out var taken);
            if (!IsLiteral(rune) && !IsEscape(text, ref taken))
                return false;
            text = text[taken..];
        }

        return true;
    }

    private static bool IsLiteral(Rune rune) => rune.IsAscii
        ? rune.Value is > ' ' and < 0x7F && !"\"%<>\\^`{|}".Contains((char)rune.Value, StringComparison.Ordinal)
        : UriFormats.IsUcs(rune) || UriFormats.IsPrivate(rune);

    private static bool IsEscape(ReadOnlySpan<char> text, ref int taken)
    {
        taken = 3;
        return text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
    }

    private static bool IsExpression(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty && "+#./;?&=,!@|".Contains(text[0], StringComparison.Ordinal))
            text = text[1..];
        foreach (var range in text.Split(','))
        {
            if (!IsVariable(text[range]))
                return false;
        }

        return true;
    }

    private static bool IsVariable(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon >= 0)
        {
            var prefix = text[(colon + 1)..];
            if (prefix.Length is 0 or > 4 || prefix[0] == '0' || prefix.ContainsAnyExceptInRange('0', '9'))
                return false;
            text = text[..colon];
        }
        else if (text.EndsWith("*"))
        {
            text = text[..^1];
        }

        foreach (var range in text.Split('.'))
        {
            if (!IsName(text[range]))
                return false;
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return false;
        while (!text.IsEmpty)
        {
            var taken = 1;
            if (!char.IsAsciiLetterOrDigit(text[0]) && text[0] != '_' && !IsEscape(text, ref taken))
                return false;
            text = text[taken..];
        }

        return true;
    }
}
