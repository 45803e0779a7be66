using System.Net;
using System.Net.Sockets;

namespace Aos.Skills.Standard.Http;

/// <summary>Tells addresses of the public Internet from those that mean this machine, this network or nothing that a
/// stranger's URL may name.</summary>
/// <remarks>Follows the IANA special-purpose registries (RFC 6890 and its updates). What is not known to be public is
/// special: of IPv6 only 2000::/3 is handed out, so the rest is refused without a list.</remarks>
internal static class SpecialAddresses
{
    private static readonly (IPNetwork Range, string Kind)[] SpecialV4 =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "shared by carrier NAT"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        // The metadata service of Azure answers at a public-looking address, which only its own machines reach.
        (IPNetwork.Parse("168.63.129.16/32"), "cloud metadata"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "reserved"),
        (IPNetwork.Parse("192.0.2.0/24"), "for documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "reserved"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "for benchmarks"),
        (IPNetwork.Parse("198.51.100.0/24"), "for documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "for documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
    ];

    private static readonly (IPNetwork Range, string Kind)[] SpecialV6 =
    [
        (IPNetwork.Parse("::/128"), "unspecified"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("fc00::/7"), "private (unique local)"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
        (IPNetwork.Parse("2001::/32"), "a Teredo tunnel"),
        (IPNetwork.Parse("2001::/23"), "reserved"),
        (IPNetwork.Parse("2001:db8::/32"), "for documentation"),
        (IPNetwork.Parse("2002::/16"), "a 6to4 tunnel"),
        (IPNetwork.Parse("3fff::/20"), "for documentation"),
    ];

    private static readonly IPNetwork HandedOutV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The address that a connection to this one really dials: IPv4 inside an IPv4-mapped address.</summary>
    public static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The address that answers behind a translator: IPv4 inside the well-known NAT64 prefix of RFC 6052
    /// where that is public. A special address behind a translator is another machine's, so it stays as it
    /// is.</summary>
    public static IPAddress BehindTranslator(IPAddress address)
    {
        var unmapped = Unmap(address);
        if (!Nat64.Contains(unmapped)) return unmapped;
        var embedded = new IPAddress(unmapped.GetAddressBytes().AsSpan(12));
        return KindOf(embedded) is null ? embedded : unmapped;
    }

    /// <summary>What makes an address special, in words; null where it is public.</summary>
    public static string? KindOf(IPAddress address)
    {
        var judged = Unmap(address);
        if (judged.AddressFamily == AddressFamily.InterNetwork) return Find(SpecialV4, judged);
        if (Nat64.Contains(judged))
        {
            var embedded = KindOf(new IPAddress(judged.GetAddressBytes().AsSpan(12)));
            return embedded is null ? null : $"a translated address, {embedded}";
        }
        return Find(SpecialV6, judged) ?? (HandedOutV6.Contains(judged) ? null : "reserved");
    }

    private static string? Find((IPNetwork Range, string Kind)[] table, IPAddress address)
    {
        foreach (var (range, kind) in table)
            if (range.Contains(address)) return kind;
        return null;
    }
}
