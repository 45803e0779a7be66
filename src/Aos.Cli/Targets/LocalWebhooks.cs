using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Runtime.Webhooks;

namespace Aos.Cli.Targets;

/// <summary>The addresses that the store of this machine has. A server of the store knows of changes within two
/// seconds.</summary>
internal sealed class LocalWebhooks(LocalRecords records) : IWebhooks
{
    private const int DeliveriesMax = 1_000;
    private readonly WebhookShelf _shelf = new(records.Store, records.Time);

    public async ValueTask<Answer<NewWebhook>> AddAsync(WebhookSubmission wanted, CancellationToken cancel)
    {
        if (WebhookShelf.Check(wanted) is { Count: > 0 } mistakes)
            return LocalRecords.Refuse<NewWebhook>(ErrorCodes.InvalidArgument, mistakes);
        return await _shelf.CreateAsync(wanted, records.Tenant, records.Subject, cancel)
            .ConfigureAwait(false) is { } made
            ? await records.DoneAsync("create_webhook", made.Info.WebhookId, made, cancel).ConfigureAwait(false)
            : LocalRecords.Refuse<NewWebhook>(ErrorCodes.InvalidArgument, WebhookShelf.TooMany);
    }

    public async ValueTask<Answer<WebhookPage>> ListAsync(CancellationToken cancel) =>
        records.Found(
            new WebhookPage { Items = [.. await _shelf.ListAsync(records.Tenant, cancel).ConfigureAwait(false)] });

    public async ValueTask<Answer<WebhookInfo>> FindAsync(string id, CancellationToken cancel) =>
        await _shelf.FindAsync(records.Tenant, id, cancel).ConfigureAwait(false) is { } found
            ? records.Found(found) : Unknown<WebhookInfo>(id);

    public async ValueTask<Answer<WebhookInfo>> EnableAsync(string id, CancellationToken cancel) =>
        await _shelf.EnableAsync(records.Tenant, id, cancel).ConfigureAwait(false) is { } enabled
            ? await records.DoneAsync("enable_webhook", id, enabled, cancel).ConfigureAwait(false)
            : Unknown<WebhookInfo>(id);

    public async ValueTask<Answer<NewWebhook>> RotateAsync(string id, int? overlapMinutes, CancellationToken cancel)
    {
        var overlap = TimeSpan.FromMinutes(overlapMinutes ?? WebhookShelf.OverlapMinutes);
        var (made, refusal) = await _shelf.RotateAsync(records.Tenant, id, overlap, cancel).ConfigureAwait(false);
        if (made is not null) return await records.DoneAsync("rotate_webhook", id, made, cancel).ConfigureAwait(false);
        return refusal is null
            ? Unknown<NewWebhook>(id)
            : LocalRecords.Refuse<NewWebhook>(ErrorCodes.InvalidArgument, refusal);
    }

    public async ValueTask<StructuredOutcome> RemoveAsync(string id, CancellationToken cancel)
    {
        if (!await _shelf.DeleteAsync(records.Tenant, id, cancel).ConfigureAwait(false))
            return Unknown<WebhookInfo>(id).Outcome;
        await records.AuditAsync("delete_webhook", id, cancel).ConfigureAwait(false);
        return records.Done();
    }

    public async ValueTask<Answer<WebhookDeliveryPage>> DeliveriesAsync(string id, bool dead, CancellationToken cancel)
    {
        if (await _shelf.FindAsync(records.Tenant, id, cancel).ConfigureAwait(false) is not { } webhook)
            return Unknown<WebhookDeliveryPage>(id);
        var page = await _shelf.DeliveriesAsync(webhook, dead, null, DeliveriesMax, cancel).ConfigureAwait(false);
        return records.Found(new WebhookDeliveryPage
        {
            Items = [.. page],
            NextCursor = page.Count == DeliveriesMax ? page[^1].MessageId : null,
        });
    }

    public async ValueTask<Answer<WebhookDelivery>> ReplayAsync(string id, string message, CancellationToken cancel)
    {
        if (await _shelf.FindAsync(records.Tenant, id, cancel).ConfigureAwait(false) is not { } webhook)
            return Unknown<WebhookDelivery>(id);
        return await _shelf.ReplayAsync(webhook, message, cancel).ConfigureAwait(false) is { } sent
            ? await records.DoneAsync("replay_delivery", message, sent, cancel).ConfigureAwait(false)
            : LocalRecords.Refuse<WebhookDelivery>(ErrorCodes.UnknownResource, WebhookShelf.Unknown(id, message));
    }

    private static Answer<T> Unknown<T>(string id) where T : class =>
        LocalRecords.Refuse<T>(ErrorCodes.UnknownResource, WebhookShelf.Unknown(id));
}
