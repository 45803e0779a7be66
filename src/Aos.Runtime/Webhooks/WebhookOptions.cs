namespace Aos.Runtime.Webhooks;

/// <summary>How messages are sent.</summary>
public sealed record WebhookOptions
{
    /// <summary>The waits after the first try, the second, and so on; after the last of them a message is dead. Default: 5 s, 5 min,
    /// 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; init; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long a try may take. Default 15 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Tries at a time. Default 32.</summary>
    public int TriesMax { get; init; } = 32;

    /// <summary>Tries of one address at a time, so that one that is slow does not hold back the others. Default 4.</summary>
    public int TriesOfOneMax { get; init; } = 4;

    /// <summary>Between two looks for news. Default 250 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at all that is pending, also what a server that died has left. Default 15 seconds.</summary>
    public TimeSpan ScanInterval { get; init; } = TimeSpan.FromSeconds(15);
}
