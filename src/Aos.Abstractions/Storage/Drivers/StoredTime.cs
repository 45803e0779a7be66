namespace Aos.Abstractions.Storage.Drivers;

/// <summary>Moments as every store keeps them: microseconds since 1970, UTC.</summary>
internal static class StoredTime
{
    /// <summary>A moment to store; what is finer than a microsecond is cut off.</summary>
    public static long From(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>A moment to store, or none.</summary>
    public static long? From(DateTimeOffset? moment) => moment is { } there ? From(there) : null;

    /// <summary>A stored moment.</summary>
    public static DateTimeOffset To(long stored) =>
        new(DateTimeOffset.UnixEpoch.Ticks + stored * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>A stored moment, or none.</summary>
    public static DateTimeOffset? To(long? stored) => stored is { } there ? To(there) : null;
}
