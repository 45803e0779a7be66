using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aos.Contracts.Agents;

/// <summary>One entry of <see cref="NetworkSpec.Allow"/>. Each may name a port; without one it holds for every
/// port.</summary>
public abstract record NetworkEntry
{
    private NetworkEntry(int? port) => Port = port;

    /// <summary>What an entry is, for messages.</summary>
    public const string Rule = "a host, *.host, an address, a CIDR range or *, each with or without :port";

    /// <summary>The only port; null: any.</summary>
    public int? Port { get; }

    /// <summary><c>*</c>: every host, at its public addresses.</summary>
    /// <param name="OnlyPort">The only port; null: any.</param>
    public sealed record Anything(int? OnlyPort) : NetworkEntry(OnlyPort);

    /// <summary><c>host</c>: that name, at its public addresses.</summary>
    /// <param name="Name">The name, spelled as <see cref="HostOf"/> does.</param>
    /// <param name="OnlyPort">The only port; null: any.</param>
    public sealed record Host(string Name, int? OnlyPort) : NetworkEntry(OnlyPort);

    /// <summary><c>*.host</c>: every name below that one, at its public addresses. Not the name itself.</summary>
    /// <param name="Parent">The name above, spelled as <see cref="HostOf"/> does.</param>
    /// <param name="OnlyPort">The only port; null: any.</param>
    public sealed record Subdomains(string Parent, int? OnlyPort) : NetworkEntry(OnlyPort);

    /// <summary><c>localhost</c>: the loopback addresses, under whatever name.</summary>
    /// <param name="OnlyPort">The only port; null: any.</param>
    public sealed record Loopback(int? OnlyPort) : NetworkEntry(OnlyPort);

    /// <summary>An address or a CIDR range: those addresses, under whatever name, public or not.</summary>
    /// <param name="Network">The range.</param>
    /// <param name="OnlyPort">The only port; null: any.</param>
    public sealed record Range(IPNetwork Network, int? OnlyPort) : NetworkEntry(OnlyPort);

    /// <summary>Reads an entry; false where it is none of these forms.</summary>
    /// <param name="text">The entry as the profile has it.</param>
    /// <param name="entry">The entry.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out NetworkEntry? entry)
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
            _ when target.StartsWith("*.", StringComparison.Ordinal) => TryNormalise(target[2..], out var parent)
                ? new Subdomains(parent, port)
                : null,
            _ => TryNormalise(target, out var name) ? new Host(name, port) : null,
        };
        return entry is not null;
    }

    /// <summary>The one spelling of a URL's host by which entries name it: lower case, ASCII (punycode), no final dot,
    /// an IPv6 address without brackets.</summary>
    public static string HostOf(Uri url) =>
        (url.IdnHost.EndsWith('.') ? url.IdnHost[..^1] : url.IdnHost).ToLowerInvariant();

    /// <summary>Whether the entry speaks of a name; ranges speak of addresses only.</summary>
    public bool Names(string host) => this switch
    {
        Anything => true,
        Host named => host == named.Name,
        Subdomains below => host.EndsWith("." + below.Parent, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Whether the entry speaks of the host of an address as it is written: by its name, or by the address
    /// that it is. No name is looked up.</summary>
    /// <param name="host">The host, spelled as <see cref="HostOf"/> does.</param>
    /// <param name="port">The port.</param>
    public bool Covers(string host, int port)
    {
        if (Port is { } only && only != port) return false;
        if (Names(host)) return true;
        if (this is Loopback && (host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)))
            return true;
        if (!IPAddress.TryParse(host, out var address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return this is Loopback
            ? IPAddress.IsLoopback(address) : this is Range range && range.Network.Contains(address);
    }

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
        // An IPv4-mapped address dials the IPv4 address in it.
        if (good && address!.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        else if (!good) address = null;
        return good;
    }

    // Brings a name into the spelling of HostOf; false where it is not a plain DNS name.
    private static bool TryNormalise(string text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        foreach (var c in text)
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        // A number as a URL spells it (127.1, 2130706433) is an address there, so it cannot be meant as a name.
        if (!Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url) || url.HostNameType != UriHostNameType.Dns)
            return false;
        name = HostOf(url);
        return name.Length > 0;
    }

    private static IPNetwork Single(IPAddress address) => new(address, BitsOf(address));

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
}
