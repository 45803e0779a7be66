using System.Diagnostics.Metrics;
using Aos.Contracts.Budgets;

namespace Aos.Server.Hosting;

/// <summary>What a server does, beside what its runs do: requests, and what waits or is held in its store. Labels are
/// bounded: operations are known, and of tenants the first hundred are named.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Aos.Server";

    public const int TenantsMax = 100;
    private const double NanoPerUsd = 1e9;

    private static readonly InstrumentAdvice<double> Latencies = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _webhooks;
    private volatile IReadOnlyList<(string Tenant, AccountReport Account)> _accounts = [];
    private int _approvals;
    private int _open;
    private int _streams;

    public ServerMetrics()
    {
        _requests = _meter.CreateCounter<long>(
            "aos_http_requests", description: "Requests that were answered, by operation and status.");
        _latency = _meter.CreateHistogram(
            "aos_http_request_latency", "s",
            "From a request to the end of its answer, by operation; streams are left out.",
            advice: Latencies);
        _webhooks = _meter.CreateCounter<long>(
            "aos_webhook_tries", description: "Tries of messages to webhooks, by outcome: delivered, retried, dead.");
        _meter.CreateObservableGauge(
            "aos_http_requests_open", () => _open, description: "Requests that are being answered, streams left out.");
        _meter.CreateObservableGauge(
            "aos_event_streams_open", () => _streams, description: "Event streams that are open.");
        _meter.CreateObservableGauge(
            "aos_approvals_waiting", () => _approvals, description: "Approval requests that nobody has decided.");
        _meter.CreateObservableGauge("aos_budget_held_usd", () => Accounts(account => account.Held.NanoUsd),
            description: "What open runs may still cost, in US dollars, by tenant.");
        _meter.CreateObservableGauge("aos_budget_spent_usd", () => Accounts(account => account.Spent.NanoUsd),
            description: "What was spent in the current day, in US dollars, by tenant.");
        _meter.CreateObservableGauge("aos_budget_limit_usd", () => Accounts(account => account.Limit?.NanoUsd),
            description: "What may be spent a day, in US dollars, by tenant.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Requests that are being answered, streams left out.</summary>
    public int RequestsOpen => Volatile.Read(ref _open);

    /// <summary>Counts a request that begins.</summary>
    public void Enter(bool isStream) =>
        _ = isStream ? Interlocked.Increment(ref _streams) : Interlocked.Increment(ref _open);

    /// <summary>Counts a request that ends.</summary>
    public void Leave(bool isStream) =>
        _ = isStream ? Interlocked.Decrement(ref _streams) : Interlocked.Decrement(ref _open);

    /// <summary>Counts an answer.</summary>
    public void Answered(string operation, bool isStream, int status, TimeSpan took)
    {
        var name = KeyValuePair.Create("operation", (object?)operation);
        _requests.Add(1, name, KeyValuePair.Create("status", (object?)status));
        if (!isStream) _latency.Record(took.TotalSeconds, name);
    }

    /// <summary>Counts a try of a message.</summary>
    public void Tried(string outcome) => _webhooks.Add(1, KeyValuePair.Create("outcome", (object?)outcome));

    /// <summary>Reads how many messages have not arrived, whenever it is asked for.</summary>
    public void Watch(Func<int> pending) =>
        _meter.CreateObservableGauge(
            "aos_webhooks_pending", pending, description: "Messages to webhooks that are tried again.");

    /// <summary>Takes what a look into the store found.</summary>
    public void Found(int approvals, IReadOnlyList<(string Tenant, AccountReport Account)> accounts) =>
        (_approvals, _accounts) = (approvals, accounts);

    private IEnumerable<Measurement<double>> Accounts(Func<AccountReport, long?> amount) =>
        from pair in _accounts
        let nano = amount(pair.Account)
        where nano is not null
        select new Measurement<double>(nano.Value / NanoPerUsd, KeyValuePair.Create("tenant", (object?)pair.Tenant));
}

/// <summary>Looks into the store for what metrics say of it, now and again rather than with each scrape.</summary>
internal sealed partial class Sampler(ServerParts server, ServerMetrics metrics, ILogger<Sampler> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end that was asked for; also where the server could not begin.
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, server.Time);
        do
        {
            if (server.IsDraining) return;
            var open = await server.Runtime.ListApprovalsAsync(openOnly: true, stoppingToken).ConfigureAwait(false);
            var accounts = new List<(string, AccountReport)>();
            foreach (var tenant in server.Rules.Known.Prepend(server.Settings.Tenant).Distinct(StringComparer.Ordinal)
                .Take(ServerMetrics.TenantsMax))
                if ((await server.Runtime.BudgetAsync(null, null, stoppingToken, tenant).ConfigureAwait(false)).Value
                    is { } report)
                    accounts.AddRange(
                        report.Accounts.Where(account => account.Period == LedgerPeriod.Day)
                            .Select(account => (tenant, account)));
            if (open.Value is { } waiting) metrics.Found(waiting.Count, accounts);
            else LogUnreadable(open.Outcome.Message ?? open.Outcome.Code.Value);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(
        EventId = 3201, Level = LogLevel.Warning, Message = "The store cannot be read for metrics: {Reason}")]
    private partial void LogUnreadable(string reason);
}
