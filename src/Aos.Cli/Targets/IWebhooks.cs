using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Targets;

/// <summary>The addresses that are told what becomes of runs, in the store of this machine or on a server.</summary>
internal interface IWebhooks
{
    ValueTask<Answer<NewWebhook>> AddAsync(WebhookSubmission wanted, CancellationToken cancel);

    ValueTask<Answer<WebhookPage>> ListAsync(CancellationToken cancel);

    ValueTask<Answer<WebhookInfo>> FindAsync(string id, CancellationToken cancel);

    ValueTask<Answer<WebhookInfo>> EnableAsync(string id, CancellationToken cancel);

    /// <summary>Replaces the secret of an address.</summary>
    ValueTask<Answer<NewWebhook>> RotateAsync(string id, int? overlapMinutes, CancellationToken cancel);

    ValueTask<StructuredOutcome> RemoveAsync(string id, CancellationToken cancel);

    /// <summary>The first 1,000 messages that have not arrived.</summary>
    ValueTask<Answer<WebhookDeliveryPage>> DeliveriesAsync(string id, bool dead, CancellationToken cancel);

    /// <summary>Sends a dead message again.</summary>
    ValueTask<Answer<WebhookDelivery>> ReplayAsync(string id, string message, CancellationToken cancel);
}
