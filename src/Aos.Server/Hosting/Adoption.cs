using Aos.Contracts.Values;

namespace Aos.Server.Hosting;

/// <summary>Takes on the runs whose process is gone, at the start and again and again; and lets what is in flight come
/// back before the server ends.</summary>
internal sealed partial class Adoption(ServerParts server, ILogger<Adoption> logger) : BackgroundService, IHostedLifecycleService
{
    private readonly HashSet<(RunId?, ErrorCode)> _told = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The server still answers while calls in flight come back, so that nobody is cut off.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        server.IsDraining = true;
        LogDraining(server.Runtime.CallsInFlight);
        var isDone = await server.Runtime.DrainAsync(TimeSpan.FromSeconds(server.Settings.DrainSeconds), cancellationToken).ConfigureAwait(false);
        if (!isDone) LogLeft(server.Runtime.CallsInFlight);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(server.Settings.AdoptSeconds), server.Time);
        do
        {
            if (server.IsDraining) return;
            foreach (var outcome in await server.Runtime.AdoptAsync(stoppingToken).ConfigureAwait(false))
                if (_told.Add((outcome.RunId, outcome.Code))) LogRefused(outcome.Code.Value, outcome.Message ?? "");
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Information, Message = "Draining: {Calls} calls are in flight")]
    private partial void LogDraining(int calls);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning,
        Message = "{Calls} calls are still in flight; what becomes of them is decided when their runs are taken on")]
    private partial void LogLeft(int calls);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "A run was not taken on: {Code}: {Reason}")]
    private partial void LogRefused(string code, string reason);
}
