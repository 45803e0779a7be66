using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Secrets;
using Aos.Kernel.Retries;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Webhooks;

/// <summary>Sends what is announced of runs to the addresses of their tenants: at least once, with the same id, until
/// it has arrived or its tries are used up. Everything that it has to do is in the store, so a process that is killed
/// forgets nothing, and several may work on one store: who tries a message has claimed it there.</summary>
/// <remarks>Thread-safe, but for <see cref="RunAsync"/> and <see cref="TickAsync"/>, of which one runs at a
/// time.</remarks>
#pragma warning disable CA1001 // Nobody asks the semaphore for its handle: there is nothing to dispose of.
public sealed partial class WebhookDispatcher(
    WebhookShelf shelf, IWebhookSender sender, IReadOnlyList<ISecretProvider> secrets, string secretsTenant,
    TimeProvider time,
    WebhookOptions options, ILogger logger)
#pragma warning restore CA1001
{
    private const int PageMax = 500;
    private const int SortedMax = 5_000;

    // How long a process may take for a try, until another one takes it for dead.
    private TimeSpan Claim => options.Timeout + options.ClaimMargin;

    // Which address, and when. What is sent is read when it is tried: many messages may wait for an address that is
    // down.
    private readonly ConcurrentDictionary<string, (string WebhookId, DateTimeOffset NextAt)> _pending =
        new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _tries = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private FrozenDictionary<string, StoredWebhook> _webhooks = FrozenDictionary<string, StoredWebhook>.Empty;
    private FrozenSet<string> _tenants = FrozenSet<string>.Empty;
    private DateTimeOffset _scannedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _refreshedAt = DateTimeOffset.MinValue;
    private bool _changed;

    /// <summary>Whether runs of a tenant are to be announced. Known of other processes' changes within two
    /// seconds.</summary>
    public bool Announces(string tenant) => Volatile.Read(ref _tenants).Contains(tenant);

    /// <summary>Messages that have not arrived and are tried again, as far as this process knows.</summary>
    public int Pending => _pending.Count;

    /// <summary>Told of each try: <c>delivered</c>, <c>retried</c> or <c>dead</c>.</summary>
    public Action<string>? Counted { get; set; }

    /// <summary>Reads the addresses: from then on runs are announced. Thread-safe.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask RefreshAsync(CancellationToken cancel)
    {
        // One after the other: what was read before a change must not come after what was read behind it.
        await _refreshing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            shelf.Changed = () => Volatile.Write(ref _changed, true);
            var all = await shelf.ListAllAsync(cancel).ConfigureAwait(false);
            Volatile.Write(
                ref _webhooks, all.ToFrozenDictionary(webhook => webhook.Info.WebhookId, StringComparer.Ordinal));
            Volatile.Write(ref _tenants, all.Where(webhook => webhook.Info.DisabledAt is null)
                .Select(webhook => webhook.Info.Tenant).ToFrozenSet(StringComparer.Ordinal));
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Sends until it is told to stop; then lets go of what is in flight, which is tried again.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var isAway = false;
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            do
            {
                try
                {
                    await TickAsync(cancel).ConfigureAwait(false);
                    isAway = false;
                }
                catch (StoreException error)
                {
                    // Once, however often it is tried.
                    if (!isAway) LogStoreFailed(error.Message);
                    isAway = true;
                }
            }
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        await Task.WhenAll(_tries.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Looks once: takes what is new, and begins the tries that are due.</summary>
    /// <exception cref="StoreException">The store cannot be read or written.</exception>
    public async ValueTask TickAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var wasChanged = Interlocked.Exchange(ref _changed, false);
        if (wasChanged || now - _refreshedAt >= TimeSpan.FromSeconds(2))
        {
            await RefreshAsync(cancel).ConfigureAwait(false);
            _refreshedAt = now;
        }
        var scans = wasChanged || now - _scannedAt >= options.ScanInterval;
        if (scans) await ScanAsync(cancel).ConfigureAwait(false);
        // Without addresses nothing is announced; what is left of before goes with a look at everything.
        if (scans || _webhooks.Count > 0) await SpreadAsync(cancel).ConfigureAwait(false);
        Begin(now, cancel);
    }

    /// <summary>Ends when nothing is being tried.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(_tries.Values);

    private async ValueTask ScanAsync(CancellationToken cancel)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (string? after = null; ;)
        {
            var page = await shelf.Store
                .ListRecordsAsync(WebhookShelf.PendingKind, WebhookShelf.AllTenants, after, PageMax, cancel)
                .ConfigureAwait(false);
            foreach (var record in page)
            {
                found.Add(record.Id);
                if (!_tries.ContainsKey(record.Id) && WebhookJson.ReadDelivery(record.Body) is var delivery)
                    _pending[record.Id] = (delivery.WebhookId, delivery.NextAt);
            }
            if (page.Count < PageMax) break;
            after = page[^1].Id;
        }
        foreach (var id in _pending.Keys)
            if (!found.Contains(id) && !_tries.ContainsKey(id)) _pending.TryRemove(id, out _);
        _scannedAt = time.GetUtcNow();
    }

    // One message of each announcement for each address that wants it; then the announcement goes. A crash between
    // leads to the same messages once more.
    private async ValueTask SpreadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var page = await shelf.Store
                .ListRecordsAsync(RunNotices.Kind, WebhookShelf.AllTenants, null, PageMax, cancel)
                .ConfigureAwait(false);
            foreach (var notice in page)
            {
                var (type, tenant) = Address(notice.Body);
                foreach (var (id, webhook) in _webhooks)
                    if (webhook.Info.Tenant == tenant && webhook.Info.DisabledAt is null
                        && (webhook.Info.Events.IsEmpty || webhook.Info.Events.Contains(type)))
                        await AddAsync(id, tenant, notice, cancel).ConfigureAwait(false);
                await shelf.PutAsync(RunNotices.Kind, notice.Id, null, null, cancel).ConfigureAwait(false);
            }
            if (page.Count < PageMax) return;
        }
    }

    private static (string Type, string Tenant) Address(ReadOnlyMemory<byte> body)
    {
        var element = Contracts.Values.Payload.FromUtf8(body).Element;
        return (element.GetProperty("type").GetString()!,
            element.GetProperty("data").GetProperty("tenant").GetString()!);
    }

    private async ValueTask AddAsync(string webhookId, string tenant, StoredRecord notice, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var delivery = new StoredDelivery
        {
            Tenant = tenant,
            WebhookId = webhookId,
            MessageId = notice.Id,
            Body = Encoding.UTF8.GetString(notice.Body.Span),
            CreatedAt = now,
            NextAt = now,
        };
        if (await shelf.PutAsync(
            WebhookShelf.PendingKind, delivery.Id, WebhookJson.Write(delivery), expected: 0, cancel)
                .ConfigureAwait(false) is not null)
            _pending[delivery.Id] = (webhookId, now);
    }

    private void Begin(DateTimeOffset now, CancellationToken cancel)
    {
        if (_tries.Count >= options.TriesMax || _pending.IsEmpty) return;
        var busy = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var id in _tries.Keys)
            if (_pending.TryGetValue(id, out var entry))
                busy[entry.WebhookId] = busy.GetValueOrDefault(entry.WebhookId) + 1;
        var due = _pending.Where(entry => entry.Value.NextAt <= now && !_tries.ContainsKey(entry.Key)).ToList();
        // Names tell the order in which messages of a run were made; where very many wait, their order is given up.
        if (due.Count <= SortedMax) due.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        foreach (var (id, (webhook, _)) in due)
        {
            if (_tries.Count >= options.TriesMax) return;
            if (busy.GetValueOrDefault(webhook) >= options.TriesOfOneMax) continue;
            busy[webhook] = busy.GetValueOrDefault(webhook) + 1;
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _tries[id] = TryAsync(id, begun.Task, cancel);
            begun.SetResult();
        }
    }

    private async Task TryAsync(string id, Task begun, CancellationToken cancel)
    {
        await begun.ConfigureAwait(false);
        try
        {
            await TryAsync(id, cancel).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            LogStoreFailed(error.Message); // The look at everything finds it again.
            _pending.TryRemove(id, out _);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Its claim runs out, and whoever comes next tries it again.
        }
        finally
        {
            _tries.TryRemove(id, out _);
        }
    }

    private async ValueTask TryAsync(string id, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var found = await shelf.Store.FindRecordAsync(WebhookShelf.PendingKind, WebhookShelf.AllTenants, id, cancel)
            .ConfigureAwait(false);
        var delivery = found is null ? null : WebhookJson.ReadDelivery(found.Body);
        if (delivery is null || delivery.NextAt > now)
        {
            // It has arrived, or another process tries it.
            if (delivery is null) _pending.TryRemove(id, out _);
            else _pending[id] = (delivery.WebhookId, delivery.NextAt);
            return;
        }
        var claimed = delivery with { Attempts = delivery.Attempts + 1, NextAt = now + Claim };
        if (await shelf.PutAsync(WebhookShelf.PendingKind, id, WebhookJson.Write(claimed), found!.Version, cancel)
            .ConfigureAwait(false) is not { } mine)
            return; // Another process was faster: the next look finds out when.
        if (!_webhooks.TryGetValue(delivery.WebhookId, out var webhook))
        {
            await EndAsync(claimed, cancel).ConfigureAwait(false);
            return;
        }
        if (webhook.Info.DisabledAt is not null)
        {
            await BuryAsync(claimed with { Attempts = delivery.Attempts, LastResult = "disabled" }, cancel)
                .ConfigureAwait(false);
            return;
        }
        var answer = await SendAsync(webhook, claimed, now, cancel).ConfigureAwait(false);
        await SettleAsync(webhook, claimed, mine, answer, cancel).ConfigureAwait(false);
    }

    private async ValueTask<WebhookAnswer> SendAsync(
        StoredWebhook webhook, StoredDelivery delivery, DateTimeOffset now, CancellationToken cancel)
    {
        var signing = await SecretsOfAsync(webhook, now, cancel).ConfigureAwait(false);
        if (signing.Count == 0) return new WebhookAnswer(null, "SECRET_MISSING");
        var body = Encoding.UTF8.GetBytes(delivery.Body);
        var signature = WebhookSignature.Sign(signing, delivery.MessageId, now, body);
        var request = new WebhookRequest(new Uri(webhook.Info.Url), delivery.MessageId, now, signature, body);
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await sender.SendAsync(request, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WebhookAnswer(null, "TIMEOUT");
        }
    }

    // The secrets of the server are those of its own tenant.
    private async ValueTask<IReadOnlyList<string>> SecretsOfAsync(
        StoredWebhook webhook, DateTimeOffset now, CancellationToken cancel)
    {
        if (webhook.Info.SecretName is not { } text) return [.. webhook.SecretsAt(now)];
        if (webhook.Info.Tenant != secretsTenant || !SecretName.TryParse(text, out var name)) return [];
        foreach (var place in secrets)
        {
            var found = await place.FindAsync(name, cancel).ConfigureAwait(false);
            if (found.Problem is not null) return [];
            if (found.Value is { Length: > 0 } value) return WebhookSignature.SecretsIn(value);
        }
        return [];
    }

    private async ValueTask SettleAsync(
        StoredWebhook webhook, StoredDelivery delivery, long version, WebhookAnswer answer, CancellationToken cancel)
    {
        var tried = delivery with { LastResult = answer.Status is { } status ? $"status {status}" : answer.Problem };
        var asked = answer.RetryAfter is { } wait ? (long?)Math.Max(0, wait.TotalMilliseconds) : null;
        switch (DeliveryRetry.Decide(options.Retry, delivery.Id, delivery.Attempts, answer.Status, asked))
        {
            case DeliveryDecision.Arrived:
                Counted?.Invoke("delivered");
                await EndAsync(delivery, cancel).ConfigureAwait(false);
                break;
            case DeliveryDecision.Again again:
                Counted?.Invoke("retried");
                await PutOffAsync(
                    tried with { NextAt = time.GetUtcNow().AddMilliseconds(again.DelayMs) }, version, cancel)
                    .ConfigureAwait(false);
                break;
            case DeliveryDecision.Dead dead:
                if (dead.IsUnwanted) await DisableAsync(webhook.Info, cancel).ConfigureAwait(false);
                await BuryAsync(tried, cancel).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException();
        }
    }

    // Where it stands otherwise by now, the next look finds out how.
    private async ValueTask PutOffAsync(StoredDelivery tried, long version, CancellationToken cancel)
    {
        var body = WebhookJson.Write(tried);
        if (await shelf.PutAsync(WebhookShelf.PendingKind, tried.Id, body, version, cancel)
            .ConfigureAwait(false) is not null)
            _pending[tried.Id] = (tried.WebhookId, tried.NextAt);
    }

    private async ValueTask DisableAsync(WebhookInfo webhook, CancellationToken cancel)
    {
        await shelf.ChangeAsync(webhook.Tenant, webhook.WebhookId, info => info with
        {
            DisabledAt = info.DisabledAt ?? time.GetUtcNow(),
            DisabledReason = info.DisabledReason ?? "It answered with status 410: it wants no messages any more.",
        }, cancel).ConfigureAwait(false);
        LogGone(webhook.WebhookId);
    }

    private async ValueTask BuryAsync(StoredDelivery delivery, CancellationToken cancel)
    {
        Counted?.Invoke("dead");
        LogDead(delivery.MessageId, delivery.WebhookId, delivery.LastResult ?? "");
        // In this order: a crash between the two leaves it among both, and it is tried once more.
        await shelf.PutAsync(WebhookShelf.DeadKind, delivery.Id, WebhookJson.Write(delivery), null, cancel)
            .ConfigureAwait(false);
        await EndAsync(delivery, cancel).ConfigureAwait(false);
    }

    private async ValueTask EndAsync(StoredDelivery delivery, CancellationToken cancel)
    {
        await shelf.PutAsync(WebhookShelf.PendingKind, delivery.Id, null, null, cancel).ConfigureAwait(false);
        _pending.TryRemove(delivery.Id, out _);
    }

    [LoggerMessage(
        EventId = 1031, Level = LogLevel.Warning,
        Message = "The store cannot be reached for webhooks; it is tried again: {Reason}")]
    private partial void LogStoreFailed(string reason);

    [LoggerMessage(
        EventId = 1032, Level = LogLevel.Warning,
        Message = "Message {Message} did not arrive at webhook {Webhook}, and is not tried again: {Result}")]
    private partial void LogDead(string message, string webhook, string result);

    [LoggerMessage(
        EventId = 1033, Level = LogLevel.Warning,
        Message = "Webhook {Webhook} wants no messages any more, and is disabled")]
    private partial void LogGone(string webhook);
}
