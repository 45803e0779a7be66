using Aos.Contracts.Values;

namespace Aos.Server.Hosting;

/// <summary>Takes on the runs whose process is gone, at the start and again and again; and lets what is in flight come
/// back before the server ends.</summary>
internal sealed partial class Adoption(ServerParts server, IHostApplicationLifetime host, ILogger<Adoption> logger)
    : BackgroundService, IHostedLifecycleService
{
    private readonly HashSet<(RunId?, ErrorCode)> _told = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The server still answers while calls in flight come back, so that nobody is cut off.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        server.IsDraining = true;
        LogDraining(server.Runtime.CallsInFlight);
        var isDone = await server.Runtime
            .DrainAsync(TimeSpan.FromSeconds(server.Settings.DrainSeconds), cancellationToken).ConfigureAwait(false);
        if (!isDone) LogLeft(server.Runtime.CallsInFlight);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(server.Settings.AdoptSeconds), server.Time);
        do
        {
            if (server.IsDraining) return;
            if (server.Runtime.Failure is { } failure)
            {
                // Whoever starts it again lets another process read what was written.
                LogFailed(failure.Code.Value, failure.Message ?? "");
                host.StopApplication();
                return;
            }
            var refused = await server.Runtime.AdoptAsync(stoppingToken).ConfigureAwait(false);
            foreach (var outcome in refused)
                if (_told.Add((outcome.RunId, outcome.Code))) LogRefused(outcome.Code.Value, outcome.Message ?? "");
            // What was the store's fault is told again when it comes again.
            _told.RemoveWhere(
                told => told.Item1 is null
                    && !refused.Any(outcome => outcome.RunId is null && outcome.Code == told.Item2));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Information, Message = "Draining: {Calls} calls are in flight")]
    private partial void LogDraining(int calls);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning,
        Message = "{Calls} calls are still in flight; what becomes of them is decided when their runs are taken on")]
    private partial void LogLeft(int calls);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Critical,
        Message = "The store failed, and this process can write no more; it ends, and the next one goes on: {Code}: {Reason}")]
    private partial void LogFailed(string code, string reason);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "A run was not taken on: {Code}: {Reason}")]
    private partial void LogRefused(string code, string reason);
}
