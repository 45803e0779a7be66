using Aos.Storage.Sqlite.Schema;

namespace Aos.Storage.Sqlite;

/// <summary>Where the embedded store is and how it behaves.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The data directory. It is created, readable by its owner only, where it does not exist.</summary>
    public required string Directory { get; init; }

    /// <summary>How long a write waits while another process writes. Default 10 seconds; at least 1
    /// millisecond.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many pages of 4 KiB the write-ahead log holds before they are moved into the database.
    /// Default 4,000; at least 1.</summary>
    public int CheckpointPages { get; init; } = 4_000;

    /// <summary>The most pages that the database may have; a full disk for tests.</summary>
    internal long? PagesMax { get; set; }

    /// <summary>How the schema came to be; another list only in tests.</summary>
    internal IReadOnlyList<Migration> Migrations { get; init; } = Migration.All;
}
