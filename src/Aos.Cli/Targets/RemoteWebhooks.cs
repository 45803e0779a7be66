using Aos.Client;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Targets;

/// <summary>The addresses that a server has, of the tenant of the key.</summary>
internal sealed class RemoteWebhooks(AosClient client) : IWebhooks
{
    private const int DeliveriesMax = 1_000;

    public async ValueTask<Answer<NewWebhook>> AddAsync(WebhookSubmission wanted, CancellationToken cancel) =>
        await client.CreateWebhookAsync(wanted, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WebhookPage>> ListAsync(CancellationToken cancel) =>
        await client.ListWebhooksAsync(cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WebhookInfo>> FindAsync(string id, CancellationToken cancel) =>
        await client.FindWebhookAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WebhookInfo>> EnableAsync(string id, CancellationToken cancel) =>
        await client.EnableWebhookAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<NewWebhook>> RotateAsync(string id, int? overlapMinutes, CancellationToken cancel) =>
        await client.RotateWebhookAsync(id, new WebhookRotation { OverlapMinutes = overlapMinutes }, cancel)
            .ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> RemoveAsync(string id, CancellationToken cancel) =>
        await client.RemoveWebhookAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WebhookDeliveryPage>> DeliveriesAsync(
        string id, bool dead, CancellationToken cancel) =>
        await client.ListDeliveriesAsync(id, dead, null, DeliveriesMax, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WebhookDelivery>> ReplayAsync(string id, string message, CancellationToken cancel) =>
        await client.ReplayDeliveryAsync(id, message, cancel).ConfigureAwait(false);
}
