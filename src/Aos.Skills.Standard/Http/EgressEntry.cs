using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aos.Skills.Standard.Http;

/// <summary>One entry of an allow-list. Each may name a port; without one it holds for every port.</summary>
internal abstract record EgressEntry
{
    private EgressEntry(int? port) => Port = port;

    /// <summary>The only port; null: any.</summary>
    public int? Port { get; }

    /// <summary><c>*</c>: every host, at its public addresses.</summary>
    internal sealed record Anything(int? OnlyPort) : EgressEntry(OnlyPort);

    /// <summary><c>host</c>: that name, at its public addresses.</summary>
    internal sealed record Host(string Name, int? OnlyPort) : EgressEntry(OnlyPort);

    /// <summary><c>*.host</c>: every name below that one, at its public addresses. Not the name itself.</summary>
    internal sealed record Subdomains(string Parent, int? OnlyPort) : EgressEntry(OnlyPort);

    /// <summary><c>localhost</c>: the loopback addresses, under whatever name.</summary>
    internal sealed record Loopback(int? OnlyPort) : EgressEntry(OnlyPort);

    /// <summary>An address or a CIDR range: those addresses, under whatever name, public or not.</summary>
    internal sealed record Range(IPNetwork Network, int? OnlyPort) : EgressEntry(OnlyPort);

    /// <summary>Reads an entry; false where it is none of these forms.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out EgressEntry? entry)
    {
        entry = null;
        if (!TrySplitPort(text, out var target, out var port)) return false;
        entry = target switch
        {
            "*" => new Anything(port),
            _ when target.Equals("localhost", StringComparison.OrdinalIgnoreCase) => new Loopback(port),
            _ when target.Contains('/', StringComparison.Ordinal) => ParseRange(target) is { } range
                ? new Range(range, port)
                : null,
            _ when TryParseAddress(target, out var address) => new Range(Single(address), port),
            _ when target.StartsWith("*.", StringComparison.Ordinal) => HostNames.TryNormalise(target[2..], out var parent)
                ? new Subdomains(parent, port)
                : null,
            _ => HostNames.TryNormalise(target, out var name) ? new Host(name, port) : null,
        };
        return entry is not null;
    }

    /// <summary>Whether the entry speaks of a name; ranges speak of addresses only.</summary>
    public bool Names(string host) => this switch
    {
        Anything => true,
        Host named => host == named.Name,
        Subdomains below => host.EndsWith("." + below.Parent, StringComparison.Ordinal),
        _ => false,
    };

    // A bare IPv6 address has colons of its own, so its port needs brackets: [fd00::1]:443, [fd00::/8]:443.
    private static bool TrySplitPort(string text, out string target, out int? port)
    {
        (target, port) = (text, null);
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) return false;
            target = text[1..close];
            if (!target.Contains(':', StringComparison.Ordinal)) return false;
            return close == text.Length - 1 || (text[close + 1] == ':' && TryPort(text[(close + 2)..], out port));
        }
        if (text.AsSpan().Count(':') != 1) return text.Length > 0;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        target = text[..colon];
        return target.Length > 0 && TryPort(text[(colon + 1)..], out port);
    }

    private static bool TryPort(string text, out int? port)
    {
        var good = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 65_535;
        port = good ? number : null;
        return good;
    }

    private static IPNetwork? ParseRange(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(text[..slash], out var address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > BitsOf(address)) return null;
        // Bits behind the prefix are more often a slip than meant: 10.0.0.5/8 would allow 16 million addresses.
        return Masked(address, prefix).Equals(address) ? new IPNetwork(address, prefix) : null;
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)(0xFF ^ (0x80 >> (bit % 8)));
        return new IPAddress(bytes);
    }

    // Only the usual spelling: '127.1' and '0x7f.1' are addresses to some programs and names to others.
    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        var good = IPAddress.TryParse(text, out address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6
                ? !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
                : address.ToString() == text);
        address = good ? SpecialAddresses.Unmap(address!) : null;
        return good;
    }

    private static IPNetwork Single(IPAddress address) => new(address, BitsOf(address));

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
}
