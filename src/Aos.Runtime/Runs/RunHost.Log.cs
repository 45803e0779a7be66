using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

internal sealed partial class RunHost
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning,
        Message = "The inbox could not be read; decisions and cancellations from other processes wait until it can")]
    private partial void LogInboxUnreadable(Exception error);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Error, Message = "Run {Run} stopped in this process")]
    private partial void LogRunStopped(Exception error, string run);
}
