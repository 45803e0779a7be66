using System.Net;
using System.Net.Sockets;
using Aos.Contracts.Agents;

namespace Aos.Skills.Standard.Http;

/// <summary>Finds the addresses of a host.</summary>
internal interface IHostResolver
{
    /// <summary>All addresses of a name, best first.</summary>
    /// <exception cref="SocketException">The name has none, or no server answered.</exception>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancel);
}

/// <summary>Asks the operating system.</summary>
internal sealed class SystemResolver : IHostResolver
{
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancel) =>
        await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false);
}

/// <summary>What the guard says of one request.</summary>
internal abstract record EgressVerdict
{
    private EgressVerdict() { }

    /// <summary>Every address of the host is allowed; only these may be dialled.</summary>
    internal sealed record Allowed(IReadOnlyList<IPAddress> Addresses) : EgressVerdict;

    /// <summary>The policy does not allow it.</summary>
    internal sealed record Denied(string Message) : EgressVerdict;

    /// <summary>The host has no address.</summary>
    internal sealed record Unresolved(string Cause) : EgressVerdict;
}

/// <summary>Decides before each request, redirects included, which addresses may be dialled for it.</summary>
/// <remarks>The verdict is on addresses, and the transport dials exactly those, so a name that later resolves to
/// something else (DNS rebinding) changes nothing. One address that is not allowed refuses the host whole: a name that
/// mixes public and private addresses is an attack or a mistake. Thread-safe.</remarks>
internal sealed class EgressGuard(IHostResolver resolver)
{
    /// <summary>Judges a request.</summary>
    public async ValueTask<EgressVerdict> CheckAsync(Uri url, EgressPolicy policy, CancellationToken cancel)
    {
        var host = NetworkEntry.HostOf(url);
        var isAddress = IPAddress.TryParse(host, out var literal);
        if (!isAddress && !policy.CouldAllow(host, url.Port))
            return Unnamed(host, url.Port);
        IReadOnlyList<IPAddress> addresses;
        try
        {
            addresses = isAddress ? [literal!] : await resolver.ResolveAsync(host, cancel).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            return new EgressVerdict.Unresolved(failure.SocketErrorCode.ToString());
        }
        if (addresses.Count == 0) return new EgressVerdict.Unresolved("the name has no address");
        foreach (var address in addresses)
            if (!policy.Allows(host, address, url.Port)) return Deny(host, address, url.Port);
        return new EgressVerdict.Allowed([.. addresses.Select(SpecialAddresses.Unmap).Distinct()]);
    }

    /// <summary>Why a policy is sure to deny an address, without resolving anything; null where it may allow
    /// it.</summary>
    public static string? FindGap(Uri url, EgressPolicy policy)
    {
        var host = NetworkEntry.HostOf(url);
        if (IPAddress.TryParse(host, out var address))
            return policy.Allows(host, address, url.Port) ? null : Deny(host, address, url.Port).Message;
        return policy.CouldAllow(host, url.Port) ? null : Unnamed(host, url.Port).Message;
    }

    private static EgressVerdict.Denied Unnamed(string host, int port) =>
        new($"The profile's network allows no connection to {host} port {port}.");

    private static EgressVerdict.Denied Deny(string host, IPAddress address, int port)
    {
        var at = host == address.ToString() ? "" : $", which is at {address}";
        var kind = SpecialAddresses.KindOf(address);
        return new EgressVerdict.Denied(kind is null
            ? $"The profile's network allows no connection to {host} port {port}{at}."
            : $"{host}{at} is {kind}: it is reached only where the profile's network names that address or its range.");
    }
}
