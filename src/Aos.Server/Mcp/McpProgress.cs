using Aos.Contracts.Runs;
using Aos.Server.Api;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Aos.Server.Mcp;

/// <summary>Tells a client that asked for it how far a run has come, while a call waits for the run.</summary>
/// <param name="acting">Who calls.</param>
/// <param name="request">The call.</param>
internal sealed class McpProgress(Acting acting, RequestContext<CallToolRequestParams> request)
{
    /// <summary>Waits for a run as <see cref="RunsApi.WaitAsync(Acting, RunReport, int)"/> does, and tells of each step
    /// that ends.</summary>
    public async Task<RunReport> WaitAsync(RunReport report, int seconds)
    {
        if (seconds == 0 || request.Params?.ProgressToken is not { } token)
            return await RunsApi.WaitAsync(acting, report, seconds).ConfigureAwait(false);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(acting.Cancel);
        var telling = TellAsync(report, token, enough.Token);
        try
        {
            var last = await RunsApi.WaitAsync(acting, report, seconds).ConfigureAwait(false);
            // The events of a run that has ended come to an end themselves.
            if (last.Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled)
                await telling.ConfigureAwait(false);
            return last;
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellAsync(RunReport report, ProgressToken token, CancellationToken cancel)
    {
        var ended = 0;
        await foreach (var line in acting.Runtime.TraceAsync(report.RunId, 0, follow: true, cancel)
            .ConfigureAwait(false))
        {
            if (line.Event is not RunEvent.StepEnded step) continue;
            await request.Server.NotifyProgressAsync(token, new ProgressNotificationValue
            {
                Progress = ++ended,
                Total = report.Steps.Count > 0 ? report.Steps.Count : null,
                Message = $"step {step.StepId}: {Words.Snake(step.Status)}",
            }, cancellationToken: cancel).ConfigureAwait(false);
        }
    }
}
