using System.Net;
using Aos.Contracts.Agents;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Secrets;

/// <summary>A secret, resolved for one call. Its text shows only where <see cref="Reveal"/> is called: put that into
/// what is sent and nowhere else. Immutable.</summary>
public sealed class SecretValue
{
    private readonly string _text;
    private readonly ValueList<string> _hosts;

    /// <summary>A value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">The secret itself.</param>
    /// <param name="hosts">The only hosts that it may be sent to, as in <see cref="NetworkSpec.Allow"/>; empty:
    /// any.</param>
    public SecretValue(SecretName name, string text, ValueList<string> hosts = default) =>
        (Name, _text, _hosts) = (name, text, hosts);

    /// <summary>The name.</summary>
    public SecretName Name { get; }

    /// <summary>The secret itself.</summary>
    public string Reveal() => _text;

    /// <summary>Whether the profile lets it be sent to the host of an address.</summary>
    public bool MayBeSentTo(Uri url)
    {
        if (_hosts.IsEmpty) return true;
        var host = NetworkEntry.HostOf(url);
        foreach (var text in _hosts)
            if (NetworkEntry.TryParse(text, out var entry) && (entry.Port is null || entry.Port == url.Port)
                && IsNamed(entry, host))
                return true;
        return false;
    }

    /// <summary>Names the secret; never shows it.</summary>
    public override string ToString() => $"[secret:{Name}]";

    private static bool IsNamed(NetworkEntry entry, string host) => entry switch
    {
        NetworkEntry.Loopback =>
            host == "localhost" || (IPAddress.TryParse(host, out var own) && IPAddress.IsLoopback(own)),
        NetworkEntry.Range range => IPAddress.TryParse(host, out var address) && range.Network.Contains(address),
        _ => entry.Names(host),
    };
}
