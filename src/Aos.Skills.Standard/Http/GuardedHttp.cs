using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>The way to the network for skills that bring an HTTP client of their own: only addresses that a profile's
/// network allows are dialled, as <c>http_call</c> does it.</summary>
/// <remarks>Each request is judged by itself: the host's addresses are found once, every one is checked, and those very
/// addresses are dialled. No proxy, no cookies, no redirects, no trace headers, no decompression, HTTP/1.1 and HTTP/2
/// only. What is not allowed throws <see cref="EgressDeniedException"/>; what the network does,
/// <see cref="HttpRequestException"/>, which <see cref="Describe"/> brings into the taxonomy. Thread-safe. Owns the
/// connections, which all handlers share.</remarks>
public sealed class GuardedHttp : IDisposable
{
    private readonly HttpTransport _transport;
    private readonly EgressGuard _guard;
    private readonly HttpLimits _limits;

    /// <summary>A way to the network.</summary>
    public GuardedHttp() : this(new SystemResolver(), new HttpLimits()) { }

    internal GuardedHttp(IHostResolver resolver, HttpLimits limits) =>
        (_transport, _guard, _limits) = (new HttpTransport(limits), new EgressGuard(resolver), limits);

    /// <summary>A handler for an <see cref="HttpClient"/>. Disposing it closes nothing.</summary>
    /// <param name="network">Entries of <see cref="NetworkSpec.Allow"/>, such as <c>SkillCall.Network</c>.</param>
    /// <param name="responseBytesMax">Bytes of a body after which reading it throws <see cref="IOException"/>.</param>
    public HttpMessageHandler HandlerFor(ValueList<string> network, long responseBytesMax = 16 << 20) =>
        new Handler(this, network, responseBytesMax);

    /// <summary>What a failed request comes to: a code of the taxonomy, what happened, and what the network
    /// said.</summary>
    public static (ErrorCode Code, string Message, string? Cause) Describe(HttpRequestException failure, Uri url)
    {
        if (failure is EgressDeniedException) return (ErrorCodes.EgressDenied, failure.Message, null);
        var known = HttpFailures.OfRequest(failure, HttpTransport.Authority(url));
        return (known.Code, known.Message, known.Cause);
    }

    /// <summary>Whether a failed request never left: repeating it cannot do anything twice.</summary>
    public static bool IsBeforeSending(HttpRequestException failure) =>
        failure is EgressDeniedException || HttpFailures.IsBeforeSending(failure);

    /// <summary>Closes the connections. Requests in flight fail.</summary>
    public void Dispose() => _transport.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, ValueList<string> network, CancellationToken cancel)
    {
        var url = request.RequestUri ?? throw new InvalidOperationException("The request has no address.");
        if (!url.IsAbsoluteUri || HttpCallRequestReader.CheckUrl(url) is { } mistake)
            throw new EgressDeniedException($"No call is made to '{url.GetLeftPart(UriPartial.Path)}': only http and "
                + "https addresses without user name.");
        if (!EgressPolicy.TryParse(network, out var policy, out var entry))
            throw new EgressDeniedException(
                $"The profile's network has the entry '{entry}', which is not {NetworkEntry.Rule}.");
        var verdict = await _guard.CheckAsync(url, policy, cancel).ConfigureAwait(false);
        if (verdict is EgressVerdict.Denied(var message)) throw new EgressDeniedException(message);
        if (verdict is not EgressVerdict.Allowed(var addresses))
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError,
                $"The name of {HttpTransport.Authority(url)} could not be resolved.");
        for (var i = 0; ; i++)
        {
            try
            {
                return await _transport.SendAsync(request, addresses[i], fresh: false, cancel).ConfigureAwait(false);
            }
            catch (HttpRequestException failure) when (i + 1 < Math.Min(addresses.Count, _limits.AddressesMax)
                && failure.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // The next address of the same host.
            }
            finally
            {
                request.RequestUri = url;
            }
        }
    }

    private sealed class Handler(GuardedHttp owner, ValueList<string> network, long responseBytesMax)
        : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await owner.SendAsync(request, network, cancellationToken).ConfigureAwait(false);
            var limited = new StreamContent(new LimitedStream(
                await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), responseBytesMax));
            foreach (var (name, values) in response.Content.Headers.NonValidated)
                limited.Headers.TryAddWithoutValidation(name, values);
            response.Content = limited;
            return response;
        }
    }
}

/// <summary>The profile's network does not allow a connection; nothing was sent.</summary>
public sealed class EgressDeniedException : HttpRequestException
{
    /// <summary>Says what is not allowed.</summary>
    public EgressDeniedException(string message) : base(message) { }
}
