namespace Aos.Contracts.Schemas.Formats;

/// <summary>Mailbox of RFC 5321 §4.1.2, and of RFC 6531 §3.3 where international.</summary>
internal static class EmailFormat
{
    private const int LocalPartMax = 64;

    public static bool IsEmail(ReadOnlySpan<char> text, bool international)
    {
        // A domain has no '@', a quoted local part may.
        var at = text.LastIndexOf('@');
        if (at < 1 || at > LocalPartMax)
            return false;
        var local = text[..at];
        var isLocal = local[0] == '"' ? IsQuoted(local, international) : IsDotAtom(local, international);
        return isLocal && IsDomain(text[(at + 1)..], international);
    }

    private static bool IsDotAtom(ReadOnlySpan<char> text, bool international)
    {
        foreach (var range in text.Split('.'))
        {
            var atom = text[range];
            if (atom.IsEmpty)
                return false;
            foreach (var unit in atom)
            {
                if (!char.IsAsciiLetterOrDigit(unit) && !"!#$%&'*+-/=?^_`{|}~".Contains(unit, StringComparison.Ordinal)
                    && !(international && unit >= 0x80))
                    return false;
            }
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> text, bool international)
    {
        if (text.Length < 2 || text[^1] != '"')
            return false;
        var isEscaped = false;
        foreach (var unit in text[1..^1])
        {
            var isPrintable = unit is >= ' ' and <= '~' || (international && unit >= 0x80);
            if (!isPrintable || (!isEscaped && unit == '"'))
                return false;
            isEscaped = !isEscaped && unit == '\\';
        }

        return !isEscaped;
    }

    private static bool IsDomain(ReadOnlySpan<char> text, bool international)
    {
        if (text.Length > 2 && text[0] == '[' && text[^1] == ']')
        {
            var literal = text[1..^1];
            return literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
                ? IpFormats.IsIpv6(literal[5..])
                : IpFormats.IsIpv4(literal);
        }

        return HostFormats.IsDomain(text, international);
    }
}
