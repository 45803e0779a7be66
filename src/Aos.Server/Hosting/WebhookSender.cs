using System.Globalization;
using Aos.Contracts.Values;
using Aos.Runtime.Webhooks;
using Aos.Skills.Standard.Http;

namespace Aos.Server.Hosting;

/// <summary>Sends webhooks under the egress guard of <c>http_call</c>: to public addresses, and to others only where
/// the operator of the server names them. It reads the head of an answer and nothing more.</summary>
internal sealed class WebhookSender(GuardedHttp http, ValueList<string> network, TimeProvider time)
    : IWebhookSender, IDisposable
{
    private readonly HttpMessageInvoker _client = new(http.HandlerFor(network, responseBytesMax: 0));

    public async ValueTask<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancel)
    {
        using var message =
            new HttpRequestMessage(HttpMethod.Post, request.Url) { Content = new ReadOnlyMemoryContent(request.Body) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", $"aos-webhook/{ServerParts.Version}");
        message.Headers.TryAddWithoutValidation("webhook-id", request.MessageId);
        message.Headers.TryAddWithoutValidation(
            "webhook-timestamp", request.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        message.Headers.TryAddWithoutValidation("webhook-signature", request.Signature);
        try
        {
            using var response = await _client.SendAsync(message, cancel).ConfigureAwait(false);
            return new WebhookAnswer((int)response.StatusCode, RetryAfter: response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - time.GetUtcNow(),
                _ => null,
            });
        }
        catch (HttpRequestException failure)
        {
            return new WebhookAnswer(null, GuardedHttp.Describe(failure, request.Url).Code.Value);
        }
        // What hostile servers send as a head.
        catch (Exception failure) when (failure is IOException or InvalidOperationException or FormatException)
        {
            return new WebhookAnswer(null, "RESPONSE_INVALID");
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Sends webhooks as long as the server runs.</summary>
internal sealed class WebhookService(ServerParts server) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => server.Dispatcher.RunAsync(stoppingToken);
}
