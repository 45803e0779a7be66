using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Aos.Contracts.Agents;

namespace Aos.Skills.Standard.Http;

/// <summary>Sends requests to addresses that were checked before. Never resolves a name; thread-safe.</summary>
/// <remarks>The request goes to the address as if that were the host, and the host's name travels in the <c>Host</c>
/// field, from which the framework also takes the name for TLS (SNI and the check of the certificate). So connections
/// are pooled by the address dialled: one that was made for another name or another policy is only ever used for an
/// address that the guard allowed for this very request. A request that must not be repeated gets a connection of its
/// own: a kept one may be closing at that moment, and then nobody knows whether the request arrived.</remarks>
internal sealed class HttpTransport : IDisposable
{
    private readonly HttpMessageInvoker _pooled;
    private readonly HttpMessageInvoker _fresh;

    public HttpTransport(HttpLimits limits)
    {
        _pooled = new HttpMessageInvoker(Handler(limits, TimeSpan.FromMinutes(5)));
        _fresh = new HttpMessageInvoker(Handler(limits, TimeSpan.Zero));
    }

    /// <summary>Sends a request to one address. The response's body is not read yet.</summary>
    /// <param name="request">A request whose URL has a name or address as host. Its URL and Host are rewritten.</param>
    /// <param name="address">Where to dial.</param>
    /// <param name="fresh">Whether it gets a connection of its own.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="HttpRequestException">No answer; also where no connection was made in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, IPAddress address, bool fresh,
        CancellationToken cancel)
    {
        var url = request.RequestUri!;
        request.Headers.Host = Authority(url);
        request.RequestUri = new Uri($"{url.Scheme}://{Bracketed(address.ToString())}:{url.Port}{url.PathAndQuery}");
        // Version 3 would open UDP connections that no callback sees.
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        try
        {
            return await (fresh ? _fresh : _pooled).SendAsync(request, cancel).ConfigureAwait(false);
        }
        // The framework reports a connection that was not made in time as if somebody had cancelled the request.
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"No connection to {address} was made in time.",
                new SocketException((int)SocketError.TimedOut));
        }
    }

    public void Dispose()
    {
        _pooled.Dispose();
        _fresh.Dispose();
    }

    /// <summary>The host as the other side is asked for it, with the port where it is not the scheme's.</summary>
    public static string Authority(Uri url)
    {
        var host = Bracketed(NetworkEntry.HostOf(url));
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private static SocketsHttpHandler Handler(HttpLimits limits, TimeSpan lifetime) => new()
    {
        ConnectCallback = DialAsync,
        ConnectTimeout = limits.ConnectTimeout,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = limits.HeaderKiBMax,
        MaxConnectionsPerServer = 64,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = lifetime,
        SslOptions = Trust(limits.TrustedRoots),
    };

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        if (!IPAddress.TryParse(context.DnsEndPoint.Host, out var address))
            throw new InvalidOperationException("Only addresses that the egress guard judged are dialled.");
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Trust(IReadOnlyList<X509Certificate2> roots)
    {
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = CertificateRefusedException.Judge
        };
        if (roots.Count == 0) return options;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        foreach (var root in roots) options.CertificateChainPolicy.CustomTrustStore.Add(root);
        return options;
    }
}

/// <summary>Whether the writing of a request's content began: until then a server has not seen the whole
/// request.</summary>
internal sealed class SendMark
{
    /// <summary>Whether the request may have arrived.</summary>
    public bool Started { get; set; }
}

/// <summary>A body that sets a mark when its writing begins.</summary>
internal sealed class MarkedContent(byte[] body, SendMark mark) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancel)
    {
        mark.Started = true;
        await stream.WriteAsync(body, cancel).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
