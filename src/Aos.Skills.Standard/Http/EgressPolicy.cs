using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Aos.Contracts.Agents;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>What an agent may reach over the network, judged by the address that is dialled.</summary>
/// <remarks>
/// <para>Entries: <c>host</c>, <c>*.host</c> (names below it, not itself), <c>localhost</c>, an address, a CIDR range,
/// or <c>*</c>; each with or without <c>:port</c> (IPv6 with a port in brackets, as in <c>[fd00::/8]:443</c>). Without
/// a port an entry holds for every port. An empty list allows nothing.</para>
/// <para>An address is allowed where an entry names it or its range, under whatever name it was found. A public address
/// is also allowed where an entry names the host. A special address (<see cref="SpecialAddresses"/>) is never allowed
/// by a name or by <c>*</c>; <c>localhost</c> allows the loopback addresses. An IPv4-mapped address is the IPv4 address
/// in it. A NAT64 address is the IPv4 address in it where that is public, and special otherwise; 6to4 and Teredo
/// addresses are special.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
internal sealed class EgressPolicy
{
    private readonly ImmutableArray<NetworkEntry> _entries;

    private EgressPolicy(ImmutableArray<NetworkEntry> entries) => _entries = entries;

    /// <summary>Reads an allow-list.</summary>
    /// <param name="entries">The entries as the profile has them.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="mistake">The first entry that has none of the forms.</param>
    public static bool TryParse(ValueList<string> entries, [NotNullWhen(true)] out EgressPolicy? policy,
        [NotNullWhen(false)] out string? mistake)
    {
        (policy, mistake) = (null, null);
        var parsed = ImmutableArray.CreateBuilder<NetworkEntry>(entries.Count);
        foreach (var text in entries)
        {
            if (!NetworkEntry.TryParse(text, out var entry))
            {
                mistake = text;
                return false;
            }
            parsed.Add(entry);
        }
        policy = new EgressPolicy(parsed.MoveToImmutable());
        return true;
    }

    /// <summary>Whether some address of this host could be allowed. Where none could, the name is not even looked up:
    /// a look-up tells the name to strangers.</summary>
    public bool CouldAllow(string host, int port)
    {
        foreach (var entry in _entries)
            if (Holds(entry, port) && (entry is NetworkEntry.Range or NetworkEntry.Loopback || entry.Names(host)))
                return true;
        return false;
    }

    /// <summary>Whether a connection may be made.</summary>
    /// <param name="host">The host as <see cref="NetworkEntry.HostOf"/> spells it.</param>
    /// <param name="address">The address that would be dialled.</param>
    /// <param name="port">The port that would be dialled.</param>
    public bool Allows(string host, IPAddress address, int port)
    {
        var dialled = SpecialAddresses.Unmap(address);
        var answering = SpecialAddresses.BehindTranslator(address);
        var isPublic = SpecialAddresses.KindOf(address) is null;
        foreach (var entry in _entries)
        {
            if (!Holds(entry, port)) continue;
            var allowed = entry switch
            {
                NetworkEntry.Range range => range.Network.Contains(dialled) || range.Network.Contains(answering),
                NetworkEntry.Loopback => IPAddress.IsLoopback(dialled),
                _ => isPublic && entry.Names(host),
            };
            if (allowed) return true;
        }
        return false;
    }

    private static bool Holds(NetworkEntry entry, int port) => entry.Port is null || entry.Port == port;
}
