using Aos.Contracts.Failures;
using Aos.Kernel.Retries;

namespace Aos.Runtime.Webhooks;

/// <summary>How messages are sent.</summary>
public sealed record WebhookOptions
{
    /// <summary>How often a message is tried, and how long the waits are. Default: <see
    /// cref="DeliveryRetry.Default"/>.</summary>
    public RetryRule Retry { get; init; } = DeliveryRetry.Default;

    /// <summary>How long a try may take. Default 15 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How much longer than a try may take nobody else tries the message: then whoever claimed it counts as
    /// dead. Default 30 seconds.</summary>
    public TimeSpan ClaimMargin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries at a time. Default 32.</summary>
    public int TriesMax { get; init; } = 32;

    /// <summary>Tries of one address at a time, so that one that is slow does not hold back the others. Default
    /// 4.</summary>
    public int TriesOfOneMax { get; init; } = 4;

    /// <summary>Between two looks for news. Default 250 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at all that is pending, also what a server that died has left. Default 15
    /// seconds.</summary>
    public TimeSpan ScanInterval { get; init; } = TimeSpan.FromSeconds(15);
}
