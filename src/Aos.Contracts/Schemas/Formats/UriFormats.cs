using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>The grammars of RFC 3986 and, where international, RFC 3987.</summary>
internal static class UriFormats
{
    private const string Unreserved = "-._~";
    private const string SubDelims = "!$&'()*+,;=";

    public static bool IsUri(ReadOnlySpan<char> text, bool international, bool relative)
    {
        if (TakeAfter(ref text, '#', out var fragment) && !IsText(fragment, ":@/?", international))
            return false;
        if (TakeAfter(ref text, '?', out var query) && !IsText(query, ":@/?", international, isQuery: true))
            return false;

        var colon = text.IndexOf(':');
        var slash = text.IndexOf('/');
        var hasScheme = colon >= 0 && (slash < 0 || colon < slash);
        if (hasScheme && !IsScheme(text[..colon]))
            return false;
        if (!hasScheme && !relative)
            return false;
        var path = hasScheme ? text[(colon + 1)..] : text;
        if (!path.StartsWith("//"))
            return IsText(path, ":@/", international);

        path = path[2..];
        var end = path.IndexOf('/');
        var authority = end < 0 ? path : path[..end];
        return IsAuthority(authority, international) && (end < 0 || IsText(path[end..], ":@/", international));
    }

    /// <summary>Whether the code point may stand in an IRI, beyond ASCII (ucschar).</summary>
    public static bool IsUcs(Rune rune) => rune.Value switch
    {
        < 0xA0 => false,
        <= 0xD7FF => true,
        < 0xF900 => false,
        <= 0xFDCF => true,
        < 0xFDF0 => false,
        <= 0xFFEF => true,
        < 0x10000 or >= 0xF0000 => false,
        // The last two of each plane, and the tags of plane 14.
        _ => (rune.Value & 0xFFFF) <= 0xFFFD && rune.Value is < 0xE0000 or >= 0xE1000,
    };

    /// <summary>Whether the code point is for private use (iprivate).</summary>
    public static bool IsPrivate(Rune rune) =>
        rune.Value is (>= 0xE000 and <= 0xF8FF) or (>= 0xF0000 and <= 0xFFFFD) or (>= 0x100000 and <= 0x10FFFD);

    private static bool TakeAfter(ref ReadOnlySpan<char> text, char mark, out ReadOnlySpan<char> tail)
    {
        var at = text.IndexOf(mark);
        tail = at < 0 ? [] : text[(at + 1)..];
        if (at >= 0)
            text = text[..at];
        return at >= 0;
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetter(text[0]))
            return false;
        foreach (var unit in text)
        {
            if (!char.IsAsciiLetterOrDigit(unit) && unit is not ('+' or '-' or '.'))
                return false;
        }

        return true;
    }

    private static bool IsAuthority(ReadOnlySpan<char> text, bool international)
    {
        var at = text.IndexOf('@');
        if (at >= 0 && !IsText(text[..at], ":", international))
            return false;
        var host = text[(at + 1)..];
        if (host.StartsWith("["))
        {
            var close = host.IndexOf(']');
            if (close < 0 || !IsIpLiteral(host[1..close]))
                return false;
            var tail = host[(close + 1)..];
            return tail.IsEmpty || (tail[0] == ':' && IsPort(tail[1..]));
        }

        var colon = host.IndexOf(':');
        return colon < 0
            ? IsText(host, "", international)
            : IsText(host[..colon], "", international) && IsPort(host[(colon + 1)..]);
    }

    private static bool IsPort(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static bool IsIpLiteral(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('v' or 'V'))
            return IpFormats.IsIpv6(text);
        var dot = text.IndexOf('.');
        if (dot < 2 || dot == text.Length - 1)
            return false;
        foreach (var unit in text[1..dot])
        {
            if (!char.IsAsciiHexDigit(unit))
                return false;
        }

        return IsText(text[(dot + 1)..], ":", international: false) && !text.Contains('%');
    }

    private static bool IsText(ReadOnlySpan<char> text, string extra, bool international, bool isQuery = false)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out var rune, out var taken);
            if (rune.Value == '%')
            {
                if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
                    return false;
                taken = 3;
            }
            else if (!(rune.IsAscii ? IsPlain((char)rune.Value, extra)
                : international && (IsUcs(rune) || (isQuery && IsPrivate(rune)))))
            {
                return false;
            }

            text = text[taken..];
        }

        return true;
    }

    private static bool IsPlain(char unit, string extra) =>
        char.IsAsciiLetterOrDigit(unit) || Unreserved.Contains(unit, StringComparison.Ordinal)
        || SubDelims.Contains(unit, StringComparison.Ordinal) || extra.Contains(unit, StringComparison.Ordinal);
}
