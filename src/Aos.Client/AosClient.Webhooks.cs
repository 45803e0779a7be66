using Aos.Client.Wire;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;

namespace Aos.Client;

/// <content>Who is told what becomes of runs, and what did not arrive.</content>
public sealed partial class AosClient
{
    /// <summary>The addresses that are told, without their secrets.</summary>
    public Task<Answer<WebhookPage>> ListWebhooksAsync(CancellationToken cancel) =>
        _line.AskAsync<WebhookPage>(Question.Get($"v1/webhooks"), cancel);

    /// <summary>Adds an address. Its secret is shown this once.</summary>
    public Task<Answer<NewWebhook>> CreateWebhookAsync(WebhookSubmission webhook, CancellationToken cancel) =>
        _line.AskAsync<NewWebhook>(Question.Post($"v1/webhooks", AosJson.Write(webhook)), cancel);

    /// <summary>An address.</summary>
    public Task<Answer<WebhookInfo>> FindWebhookAsync(string webhookId, CancellationToken cancel) =>
        _line.AskAsync<WebhookInfo>(Question.Get($"v1/webhooks/{webhookId}"), cancel);

    /// <summary>Tells an address again that had asked for no more messages.</summary>
    public Task<Answer<WebhookInfo>> EnableWebhookAsync(string webhookId, CancellationToken cancel) =>
        _line.AskAsync<WebhookInfo>(
            Question.Post($"v1/webhooks/{webhookId}/enable", null) with { MayRepeat = true }, cancel);

    /// <summary>Replaces the secret of an address. The new one is shown this once; the one before signs beside it for a
    /// while.</summary>
    public Task<Answer<NewWebhook>> RotateWebhookAsync(
        string webhookId, WebhookRotation rotation, CancellationToken cancel) =>
        _line.AskAsync<NewWebhook>(Question.Post($"v1/webhooks/{webhookId}/rotate", AosJson.Write(rotation)), cancel);

    /// <summary>Removes an address, and the messages that have not arrived there.</summary>
    public Task<StructuredOutcome> RemoveWebhookAsync(string webhookId, CancellationToken cancel) =>
        _line.AskAsync(new Question(HttpMethod.Delete, Question.PathOf($"v1/webhooks/{webhookId}")), cancel);

    /// <summary>Messages that have not arrived at an address, by message.</summary>
    /// <param name="webhookId">The address.</param>
    /// <param name="dead">Those that are not tried again; otherwise those that are.</param>
    /// <param name="cursor">From the page before; null: the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<WebhookDeliveryPage>> ListDeliveriesAsync(
        string webhookId, bool dead, string? cursor, int limit, CancellationToken cancel) =>
        _line.AskAsync<WebhookDeliveryPage>(Question.Get($"v1/webhooks/{webhookId}/deliveries")
            .With(("status", dead ? "dead" : "pending"), ("limit", limit), ("cursor", cursor)), cancel);

    /// <summary>Sends a dead message again, from the first try.</summary>
    public Task<Answer<WebhookDelivery>> ReplayDeliveryAsync(
        string webhookId, string messageId, CancellationToken cancel) =>
        _line.AskAsync<WebhookDelivery>(
            Question.Post($"v1/webhooks/{webhookId}/deliveries/{messageId}/replay", null), cancel);
}
