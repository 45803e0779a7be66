namespace Aos.Contracts.Schemas.Formats;

/// <summary>IP addresses as text: RFC 2673 §3.2 and RFC 4291 §2.2, without zones.</summary>
internal static class IpFormats
{
    public static bool IsIpv4(ReadOnlySpan<char> text)
    {
        var octets = 0;
        foreach (var range in text.Split('.'))
        {
            var octet = text[range];
            if (++octets > 4 || octet.Length is 0 or > 3 || (octet.Length > 1 && octet[0] == '0'))
                return false;
            var value = 0;
            foreach (var digit in octet)
            {
                if (!char.IsAsciiDigit(digit))
                    return false;
                value = value * 10 + digit - '0';
            }

            if (value > 255)
                return false;
        }

        return octets == 4;
    }

    public static bool IsIpv6(ReadOnlySpan<char> text)
    {
        var gap = text.IndexOf("::");
        if (gap < 0)
            return Groups(text, mayEndInIpv4: true) == 8;
        var before = Groups(text[..gap], mayEndInIpv4: false);
        var after = Groups(text[(gap + 2)..], mayEndInIpv4: true);
        return before >= 0 && after >= 0 && before + after <= 7;
    }

    // The groups of 16 bits, an IPv4 address counting two; -1 where there is anything else.
    private static int Groups(ReadOnlySpan<char> text, bool mayEndInIpv4)
    {
        if (text.IsEmpty)
            return 0;
        var count = 0;
        foreach (var range in text.Split(':'))
        {
            var group = text[range];
            if (mayEndInIpv4 && range.End.GetOffset(text.Length) == text.Length && group.Contains('.'))
                return IsIpv4(group) ? count + 2 : -1;
            if (group.Length is 0 or > 4)
                return -1;
            foreach (var digit in group)
            {
                if (!char.IsAsciiHexDigit(digit))
                    return -1;
            }

            count++;
        }

        return count;
    }
}
