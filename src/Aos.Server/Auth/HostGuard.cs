using Aos.Server.Settings;

namespace Aos.Server.Auth;

/// <summary>Which names the server answers to, and which web pages may call it. Keeps a page on the Internet from
/// reaching a server on loopback by a name of its own.</summary>
internal sealed class HostGuard
{
    private readonly HashSet<string> _hosts =
        new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };
    private readonly HashSet<string> _origins;
    private readonly bool _anyHost;

    public HostGuard(ServerSettings settings)
    {
        _origins = new HashSet<string>(
            settings.AllowedOrigins.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
        foreach (var address in settings.Listen) _hosts.Add(address.Host);
        foreach (var host in settings.AllowedHosts) _hosts.Add(host);
        _anyHost = settings.AllowedHosts.Contains("*");
    }

    /// <summary>Why a request is not answered; null where nothing is against it.</summary>
    public string? Refuse(HttpRequest request)
    {
        if (!_anyHost && !_hosts.Contains(request.Host.Host))
            return $"The server does not answer to the name '{request.Host.Host}'; allowed_hosts lists the names "
                + "that it has.";
        return request.Headers.Origin switch
        {
            [] => null,
            [{ } origin] when _origins.Contains(origin) || IsOwn(request, origin) => null,
            var origin => $"Pages of '{origin}' may not call the server; allowed_origins lists those that may.",
        };
    }

    private static bool IsOwn(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
