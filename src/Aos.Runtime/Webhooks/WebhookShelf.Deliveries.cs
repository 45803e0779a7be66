using System.Text;
using Aos.Contracts;
using Aos.Contracts.Api;

namespace Aos.Runtime.Webhooks;

/// <content>Messages that have not arrived.</content>
public sealed partial class WebhookShelf
{
    internal const string PendingKind = "webhook_pending";
    internal const string DeadKind = "webhook_dead";

    /// <summary>Messages that have not arrived at an address, by message.</summary>
    /// <param name="webhook">The address.</param>
    /// <param name="dead">Those that are not tried again; otherwise those that are.</param>
    /// <param name="after">Only messages after this one; null: from the first.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(
        WebhookInfo webhook, bool dead, string? after, int limit, CancellationToken cancel) =>
    [
        .. (await PageAsync(dead ? DeadKind : PendingKind, webhook.WebhookId, after, limit, cancel)
            .ConfigureAwait(false))
            .Select(entry => Describe(entry.Delivery, dead)),
    ];

    /// <summary>Sends a dead message again, from the first try.</summary>
    /// <returns>It; null where the address has no dead message of that name.</returns>
    public async ValueTask<WebhookDelivery?> ReplayAsync(
        WebhookInfo webhook, string messageId, CancellationToken cancel)
    {
        var id = $"{webhook.WebhookId}.{messageId}";
        if (await store.FindRecordAsync(DeadKind, AllTenants, id, cancel).ConfigureAwait(false) is not { } dead)
            return null;
        var delivery = WebhookJson.ReadDelivery(dead.Body) with { Attempts = 0, NextAt = time.GetUtcNow() };
        // In this order: a crash between the two sends it once more rather than never.
        await PutAsync(PendingKind, id, WebhookJson.Write(delivery), expected: 0, cancel).ConfigureAwait(false);
        await PutAsync(DeadKind, id, null, null, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return Describe(delivery, isDead: false);
    }

    // Names begin with that of the address, so those of one address stand together.
    private async ValueTask<IReadOnlyList<(StoredDelivery Delivery, long Version)>> PageAsync(
        string kind, string webhook, string? after, int limit, CancellationToken cancel)
    {
        var page = await store.ListRecordsAsync(kind, AllTenants, $"{webhook}.{after}", limit, cancel)
            .ConfigureAwait(false);
        return [.. page.TakeWhile(record => record.Id.StartsWith(webhook + ".", StringComparison.Ordinal))
            .Select(record => (WebhookJson.ReadDelivery(record.Body), record.Version))];
    }

    private static WebhookDelivery Describe(StoredDelivery delivery, bool isDead) => new()
    {
        MessageId = delivery.MessageId,
        WebhookId = delivery.WebhookId,
        Status = isDead ? "dead" : "pending",
        Attempts = delivery.Attempts,
        CreatedAt = delivery.CreatedAt,
        NextAt = isDead ? null : delivery.NextAt,
        LastResult = delivery.LastResult,
        Message = AosJson.Read<WebhookMessage>(Encoding.UTF8.GetBytes(delivery.Body)),
    };
}
