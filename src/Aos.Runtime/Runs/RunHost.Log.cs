using Aos.Contracts.Runs;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

internal sealed partial class RunHost
{
    // Runs come by the thousand: those that end well are told of only where somebody looks closely.
    private void LogEnd(RunLoop loop)
    {
        var (state, error) = (loop.Shown, loop.Completion.Exception);
        var failed = state.Ended is { Status: RunStatus.Failed };
        if (error is null
            && (state.Ended is null || !_logger.IsEnabled(failed ? LogLevel.Information : LogLevel.Debug))) return;
        using var scope = state.Submitted is { } run
            ? _logger.BeginScope(new RunScope(run.RunId, run.TraceId, loop.Trace?.SpanId)) : null;
        if (error is not null) LogRunStopped(error, loop.RunId.Value);
        else if (failed) LogRunFailed(loop.RunId.Value, state.Ended!.Code.Value);
        else LogRunEnded(loop.RunId.Value, state.Ended!.Code.Value);
    }

    [LoggerMessage(EventId = 1021, Level = LogLevel.Information, Message = "Run {Run} failed: {Code}")]
    private partial void LogRunFailed(string run, string code);

    [LoggerMessage(EventId = 1022, Level = LogLevel.Debug, Message = "Run {Run} ended: {Code}")]
    private partial void LogRunEnded(string run, string code);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning,
        Message = "The inbox could not be read; decisions and cancellations from other processes wait until it can: {Code}: {Reason}")]
    private partial void LogInboxUnreadable(string code, string reason);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Error, Message = "Run {Run} stopped in this process")]
    private partial void LogRunStopped(Exception error, string run);
}
