using System.Security.Cryptography;
using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;

namespace Aos.Runtime.Webhooks;

/// <summary>The addresses that are told what becomes of runs, and the messages that have not arrived.
/// Thread-safe.</summary>
/// <remarks>A secret that was made here is kept in the store, because every message is signed with it: whoever can read
/// the store can sign.</remarks>
public sealed partial class WebhookShelf(IRecordStore store, TimeProvider time)
{
    /// <summary>How many addresses a tenant may have.</summary>
    public const int WebhooksMax = 50;

    /// <summary>How many secrets of an address may sign at a time.</summary>
    public const int SecretsMax = 5;

    /// <summary>For how many minutes the secret before signs beside a new one, where nobody says otherwise.</summary>
    public const int OverlapMinutes = 24 * 60;

    internal const string Kind = "webhook";
    internal const string AllTenants = "";

    private const int PageMax = 1_000;
    private const int UrlCharactersMax = 2_000;
    private const int DescriptionCharactersMax = 200;

    /// <summary>The types of messages.</summary>
    public static IReadOnlyList<string> Types => RunNotices.Types;

    /// <summary>What is said where a tenant has no address of a name.</summary>
    public static string Unknown(string id) => $"There is no webhook '{id}'; `aos webhooks list` lists them.";

    /// <summary>What is said where an address has no dead message of a name.</summary>
    public static string Unknown(string id, string message) =>
        $"Webhook {id} has no dead message '{message}'; `aos webhooks deliveries {id} --dead` lists them.";

    /// <summary>What is said where a tenant has as many addresses as it may.</summary>
    public static string TooMany => $"A tenant has at most {WebhooksMax} webhooks; remove one first.";

    internal IRecordStore Store => store;

    /// <summary>Ends a wait of the dispatcher of this process: something is new.</summary>
    internal Action? Changed { get; set; }

    /// <summary>What is wrong with an address that somebody wants, by its place; empty where nothing is.</summary>
    public static IReadOnlyList<Problem> Check(WebhookSubmission wanted)
    {
        var problems = new List<Problem>();
        void Add(string pointer, string message) =>
            problems.Add(new Problem(pointer, ErrorCodes.InvalidArgument, message));
        if (!IsAddress(wanted.Url))
            Add("/url",
                $"An http or https address without user name and fragment is expected, of at most {UrlCharactersMax} "
                    + "characters.");
        for (var i = 0; i < wanted.Events.Count; i++)
            if (!Types.Contains(wanted.Events[i]))
                Add($"/events/{i}", $"There is no type '{wanted.Events[i]}'; there are {string.Join(", ", Types)}.");
        if (wanted.Description?.Length > DescriptionCharactersMax)
            Add("/description", $"It has more than {DescriptionCharactersMax} characters.");
        if (wanted.SecretName is { } name && !SecretName.TryParse(name, out _))
            Add("/secret_name", $"'{name}' is not {SecretName.Rule}.");
        return problems;
    }

    private static bool IsAddress(string text) =>
        text.Length <= UrlCharactersMax && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Fragment.Length == 0;

    /// <summary>Adds an address.</summary>
    /// <returns>It, with its secret where one was made; null where the tenant has <see cref="WebhooksMax"/> of
    /// them.</returns>
    /// <exception cref="ArgumentException"><see cref="Check"/> says why.</exception>
    public async ValueTask<NewWebhook?> CreateAsync(
        WebhookSubmission wanted, string tenant, string by, CancellationToken cancel)
    {
        if (Check(wanted) is [var mistake, ..])
            throw new ArgumentException($"{mistake.Pointer}: {mistake.Message}", nameof(wanted));
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
        var stored = WebhookJson.Write(new StoredWebhook(info, secret, []));
        await PutAsync(Kind, info.WebhookId, stored, expected: 0, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return new NewWebhook { Secret = secret, Info = info };
    }

    /// <summary>The addresses of a tenant, by name.</summary>
    public async ValueTask<IReadOnlyList<WebhookInfo>> ListAsync(string tenant, CancellationToken cancel) =>
    [
        .. (await ListAllAsync(cancel).ConfigureAwait(false)).Where(webhook => webhook.Info.Tenant == tenant)
            .Select(webhook => webhook.ShownAt(time.GetUtcNow())),
    ];

    /// <summary>An address; null where the tenant has none of that name.</summary>
    public async ValueTask<WebhookInfo?> FindAsync(string tenant, string id, CancellationToken cancel) =>
        (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false))?.Webhook.ShownAt(time.GetUtcNow());

    /// <summary>Tells an address again that nothing was sent to.</summary>
    /// <returns>It; null where the tenant has none of that name.</returns>
    public ValueTask<WebhookInfo?> EnableAsync(string tenant, string id, CancellationToken cancel) =>
        ChangeAsync(tenant, id, info => info with { DisabledAt = null, DisabledReason = null }, cancel);

    /// <summary>Makes a new secret for an address. Those before it sign beside it for a while.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The address.</param>
    /// <param name="overlap">For how long from now they sign at the longest; zero: they end at once.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The address with its new secret, or why it gets none; neither where the tenant has none of that
    /// name.</returns>
    public async ValueTask<(NewWebhook? Made, string? Refusal)> RotateAsync(
        string tenant, string id, TimeSpan overlap, CancellationToken cancel)
    {
        var secret = WebhookSignature.DrawSecret();
        while (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false) is var (webhook, version))
        {
            if (webhook.Secret is not { } present)
                return (null,
                    $"The server has the secret of webhook {id} as '{webhook.Info.SecretName}', and it is replaced "
                    + "there: of several values that begin with whsec_, with spaces between, each signs.");
            var now = time.GetUtcNow();
            var ends = now + overlap;
            var replaced = webhook.Replaced.Select(
                old => old with { SignsUntil = old.SignsUntil < ends ? old.SignsUntil : ends })
                .Prepend(new ReplacedSecret(present, ends)).Where(old => old.SignsUntil > now).ToList();
            if (replaced.Count >= SecretsMax)
                return (null,
                    $"{SecretsMax} secrets of webhook {id} sign already. Wait until one has ended, or replace them "
                    + "all at once by an overlap of 0 minutes.");
            var changed = webhook with { Secret = secret, Replaced = replaced };
            if (await PutAsync(Kind, id, WebhookJson.Write(changed), version, cancel).ConfigureAwait(false) is null)
                continue;
            Changed?.Invoke();
            return (new NewWebhook { Secret = secret, Info = changed.ShownAt(now) }, null);
        }
        return (null, null);
    }

    /// <summary>Removes an address and its messages.</summary>
    /// <returns>Whether there was one.</returns>
    public async ValueTask<bool> DeleteAsync(string tenant, string id, CancellationToken cancel)
    {
        if (await FindStoredAsync(tenant, id, cancel).ConfigureAwait(false) is null) return false;
        await PutAsync(Kind, id, null, null, cancel).ConfigureAwait(false);
        foreach (var kind in (string[])[PendingKind, DeadKind])
            while (await PageAsync(kind, id, null, PageMax, cancel).ConfigureAwait(false) is { Count: > 0 } page)
                foreach (var (delivery, _) in page)
                    await PutAsync(kind, delivery.Id, null, null, cancel).ConfigureAwait(false);
        Changed?.Invoke();
        return true;
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
            if (await PutAsync(Kind, id, WebhookJson.Write(changed), version, cancel).ConfigureAwait(false) is null)
                continue;
            Changed?.Invoke();
            return changed.ShownAt(time.GetUtcNow());
        }
        return null;
    }

    internal ValueTask<long?> PutAsync(
        string kind, string id, byte[]? body, long? expected, CancellationToken cancel) =>
        store.PutRecordAsync(new RecordChange
        {
            Kind = kind,
            Tenant = AllTenants,
            Id = id,
            Body = body is null ? (ReadOnlyMemory<byte>?)null : body,
            Expected = expected,
        }, cancel);

    private async ValueTask<(StoredWebhook Webhook, long Version)?> FindStoredAsync(
        string tenant, string id, CancellationToken cancel) =>
        await store.FindRecordAsync(Kind, AllTenants, id, cancel).ConfigureAwait(false) is { } record
            && WebhookJson.ReadWebhook(record.Body) is var webhook && webhook.Info.Tenant == tenant
            ? (webhook, record.Version)
            : null;
}
