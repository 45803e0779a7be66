using Aos.Client.Wire;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;

namespace Aos.Client;

/// <summary>A server of AOS, with the same outcomes as the library gives. Thread-safe.</summary>
/// <remarks>Every call ends in a value or an outcome; only cancellation throws, and enumerations throw
/// <see cref="AosServerException"/>. Where no server answers the code is <c>SERVER_UNREACHABLE</c>,
/// <c>SERVER_TIMEOUT</c> or <c>SERVER_UNKNOWN</c>; a problem of the server (RFC 9457) is the outcome that it carries.
/// What changes nothing, or has an idempotency key, is sent again where the connection breaks or the server is busy;
/// anything else is sent once, unless the server says that it took nothing on.</remarks>
public sealed partial class AosClient : IDisposable
{
    private const string Lines = "application/x-ndjson";
    private readonly HttpClient _http;
    private readonly bool _owned;
    private readonly Line _line;

    /// <summary>A client of a server.</summary>
    /// <param name="options">Which one, and how.</param>
    public AosClient(AosClientOptions options) : this(New(), options, TimeProvider.System) => _owned = true;

    /// <summary>A client that sends by way of another one, which stays the caller's to dispose of. Its own timeout
    /// should be infinite, and it should follow no redirects.</summary>
    /// <param name="http">What sends.</param>
    /// <param name="options">To which server, and how.</param>
    /// <param name="time">The clock.</param>
    public AosClient(HttpClient http, AosClientOptions options, TimeProvider time)
    {
        if (!options.Server.IsAbsoluteUri || options.Server.Scheme is not ("http" or "https"))
            throw new ArgumentException("The address of a server begins with http:// or https://.", nameof(options));
        (_http, _line) = (http, new Line(http, options, time));
    }

    /// <summary>The address of the server.</summary>
    public Uri Server => _line.Options.Server;

    /// <summary>Whether the server lives.</summary>
    public Task<Answer<ServerStatus>> HealthAsync(CancellationToken cancel) =>
        _line.AskAsync<ServerStatus>(Question.Get($"health"), cancel);

    /// <summary>Whether the server can take work: <c>ok</c>, <c>draining</c> or <c>unavailable</c>.</summary>
    public Task<Answer<ServerStatus>> ReadyAsync(CancellationToken cancel) =>
        _line.AskAsync<ServerStatus>(Question.Get($"ready"), cancel, System.Net.HttpStatusCode.ServiceUnavailable);

    /// <summary>What the server does, as Prometheus reads it, in UTF-8.</summary>
    public Task<Answer<byte[]>> MetricsAsync(CancellationToken cancel) =>
        _line.AskBytesAsync(Question.Get($"metrics"), "text/plain", cancel);

    /// <summary>The description of the API (OpenAPI 3.1), as JSON in UTF-8.</summary>
    public Task<Answer<byte[]>> OpenApiAsync(CancellationToken cancel) =>
        _line.AskBytesAsync(Question.Get($"openapi/v1.json"), "application/json", cancel);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_owned) _http.Dispose();
    }

    // A redirect would carry a submission to an address that nobody named, or turn it into a question.
    private static HttpClient New() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };
}
