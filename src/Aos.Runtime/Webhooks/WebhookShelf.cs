using System.Security.Cryptography;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Secrets;

namespace Aos.Runtime.Webhooks;

/// <summary>The addresses that are told what becomes of runs, and the messages that have not arrived. Thread-safe.</summary>
/// <remarks>A secret that was made here is kept in the store, because every message is signed with it: whoever can read the
/// store can sign.</remarks>
public sealed class WebhookShelf(IRecordStore store, TimeProvider time)
{
    /// <summary>How many addresses a tenant may have.</summary>
    public const int WebhooksMax = 50;

    internal const string Kind = "webhook";
    internal const string PendingKind = "webhook_pending";
    internal const string DeadKind = "webhook_dead";
    internal const string AllTenants = "";

    private const int PageMax = 1_000;
    private const int UrlCharactersMax = 2_000;
    private const int DescriptionCharactersMax = 200;

    /// <summary>The types of messages.</summary>
    public static IReadOnlyList<string> Types => RunNotices.Types;

    internal IRecordStore Store => store;

    /// <summary>Ends a wait of the dispatcher of this process: something is new.</summary>
    internal Action? Changed { get; set; }

    /// <summary>What is wrong with an address that somebody wants; null where nothing is.</summary>
    public static string? Refuse(WebhookSubmission wanted)
    {
        if (wanted.Url.Length > UrlCharactersMax || !Uri.TryCreate(wanted.Url, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return $"url: an http or https address without user name and fragment, of at most {UrlCharactersMax} characters.";
        if (wanted.Events.FirstOrDefault(type => !Types.Contains(type)) is { } unknown)
            return $"events: there is no type '{unknown}'; there are {string.Join(", ", Types)}.";
        if (wanted.Description?.Length > DescriptionCharactersMax) return $"description: at most {DescriptionCharactersMax} characters.";
        return wanted.SecretName is { } name && !SecretName.TryParse(name, out _) ? $"secret_name: '{name}' is not {SecretName.Rule}." : null;
    }

    /// <summary>Adds an address.</summary>
    /// <returns>It, with its secret where one was made; null where the tenant has <see cref="WebhooksMax"/> of them.</returns>
    /// <exception cref="ArgumentException"><see cref="Refuse"/> says why.</exception>
    public async ValueTask<NewWebhook?> CreateAsync(WebhookSubmission wanted, string tenant, string by, CancellationToken cancel)
    {
        if (Refuse(wanted) is { } mistake) throw new ArgumentException(mistake, nameof(wanted));
        if ((await ListAsync(tenant, cancel).ConfigureAwait(false)).Count >= WebhooksMax) return null;
        var now = time.GetUtcNow();
        var info = new WebhookInfo
        {
            WebhookId = "wh_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            Tenant = tenant,
            Url = wanted.Url,
            Events = wanted.Events,
            Description = wanted.Description,
            SecretName = wanted.SecretName,
            CreatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)),
            CreatedBy = by,
        };
        var secret = wanted.SecretName is null ? WebhookSignature.DrawSecret() : null;
        await PutAsync(Kind, info.WebhookId, WebhookJson.Write(new StoredWebhook(info, secret)), expected: 0, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return new NewWebhook { Secret = secret, Info = info };
    }

    /// <summary>The addresses of a tenant, by name.</summary>
    public async ValueTask<IReadOnlyList<WebhookInfo>> ListAsync(string tenant, CancellationToken cancel) =>
        [.. (await ListAllAsync(cancel).ConfigureAwait(false)).Select(webhook => webhook.Info).Where(info => info.Tenant == tenant)];

    /// <summary>An address; null where the tenant has none of that name.</summary>
    public async ValueTask<WebhookInfo?> FindAsync(string tenant, string id, CancellationToken cancel) =>
        (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false))?.Webhook.Info;

    /// <summary>Tells an address again that nothing was sent to.</summary>
    /// <returns>It; null where the tenant has none of that name.</returns>
    public ValueTask<WebhookInfo?> EnableAsync(string tenant, string id, CancellationToken cancel) =>
        ChangeAsync(tenant, id, info => info with { DisabledAt = null, DisabledReason = null }, cancel);

    /// <summary>Removes an address and its messages.</summary>
    /// <returns>Whether there was one.</returns>
    public async ValueTask<bool> DeleteAsync(string tenant, string id, CancellationToken cancel)
    {
        if (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false) is null) return false;
        await PutAsync(Kind, id, null, null, cancel).ConfigureAwait(false);
        foreach (var kind in (string[])[PendingKind, DeadKind])
            while (await PageAsync(kind, id, null, PageMax, cancel).ConfigureAwait(false) is { Count: > 0 } page)
                foreach (var (delivery, _) in page) await PutAsync(kind, delivery.Id, null, null, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return true;
    }

    /// <summary>Messages that have not arrived at an address, by message.</summary>
    /// <param name="webhook">The address.</param>
    /// <param name="dead">Those that are not tried again; otherwise those that are.</param>
    /// <param name="after">Only messages after this one; null: from the first.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(
        WebhookInfo webhook, bool dead, string? after, int limit, CancellationToken cancel) =>
    [
        .. (await PageAsync(dead ? DeadKind : PendingKind, webhook.WebhookId, after, limit, cancel).ConfigureAwait(false))
            .Select(entry => Describe(entry.Delivery, dead)),
    ];

    /// <summary>Sends a dead message again, from the first try.</summary>
    /// <returns>It; null where the address has no dead message of that name.</returns>
    public async ValueTask<WebhookDelivery?> ReplayAsync(WebhookInfo webhook, string messageId, CancellationToken cancel)
    {
        var id = $"{webhook.WebhookId}.{messageId}";
        if (await store.FindRecordAsync(DeadKind, AllTenants, id, cancel).ConfigureAwait(false) is not { } dead) return null;
        var delivery = WebhookJson.ReadDelivery(dead.Body) with { Attempts = 0, NextAt = time.GetUtcNow() };
        // In this order: a crash between the two sends it once more rather than never.
        await PutAsync(PendingKind, id, WebhookJson.Write(delivery), expected: 0, cancel).ConfigureAwait(false);
        await PutAsync(DeadKind, id, null, null, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return Describe(delivery, isDead: false);
    }

    internal async ValueTask<IReadOnlyList<StoredWebhook>> ListAllAsync(CancellationToken cancel)
    {
        var all = new List<StoredWebhook>();
        for (string? after = null; ;)
        {
            var page = await store.ListRecordsAsync(Kind, AllTenants, after, PageMax, cancel).ConfigureAwait(false);
            all.AddRange(page.Select(record => WebhookJson.ReadWebhook(record.Body)));
            if (page.Count < PageMax) return all;
            after = page[^1].Id;
        }
    }

    internal async ValueTask<WebhookInfo?> ChangeAsync(
        string tenant, string id, Func<WebhookInfo, WebhookInfo> change, CancellationToken cancel)
    {
        while (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false) is var (webhook, version))
        {
            var changed = webhook with { Info = change(webhook.Info) };
            if (await PutAsync(Kind, id, WebhookJson.Write(changed), version, cancel).ConfigureAwait(false) is null) continue;
            Changed?.Invoke();
            return changed.Info;
        }
        return null;
    }

    internal ValueTask<long?> PutAsync(string kind, string id, byte[]? body, long? expected, CancellationToken cancel) =>
        store.PutRecordAsync(new RecordChange
        {
            Kind = kind,
            Tenant = AllTenants,
            Id = id,
            Body = body is null ? (ReadOnlyMemory<byte>?)null : body,
            Expected = expected,
        }, cancel);

    private async ValueTask<(StoredWebhook Webhook, long Version)?> FindStoredAsync(string tenant, string id, CancellationToken cancel) =>
        await store.FindRecordAsync(Kind, AllTenants, id, cancel).ConfigureAwait(false) is { } record
            && WebhookJson.ReadWebhook(record.Body) is var webhook && webhook.Info.Tenant == tenant
            ? (webhook, record.Version)
            : null;

    // Names begin with that of the address, so those of one address stand together.
    private async ValueTask<IReadOnlyList<(StoredDelivery Delivery, long Version)>> PageAsync(
        string kind, string webhook, string? after, int limit, CancellationToken cancel)
    {
        var page = await store.ListRecordsAsync(kind, AllTenants, $"{webhook}.{after}", limit, cancel).ConfigureAwait(false);
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
        Message = AosJson.Read<WebhookMessage>(System.Text.Encoding.UTF8.GetBytes(delivery.Body)),
    };
}
