using Aos.Storage.Postgres.Schema;

namespace Aos.Storage.Postgres;

/// <summary>Where the shared store is and how it behaves.</summary>
public sealed class PostgresStoreOptions
{
    /// <summary>How the server is reached, in Npgsql's form: <c>Host=…;Database=…;Username=…;Password=…</c>. Never
    /// shown in a message. What it says about pooling, preparing, time-outs, the search path and error details is
    /// replaced.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema that holds the store; made where it does not exist. Lower-case letters, digits and
    /// underscores, 1 to 63, not beginning with a digit or <c>pg_</c>. Default <c>aos</c>.</summary>
    public string Schema { get; init; } = "aos";

    /// <summary>How long a connection may take to be made. Default 15 seconds; 1 to 1,024 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the server may take to answer one statement or commit. What takes longer has failed, and its
    /// outcome is unknown. Default 30 seconds; at least 1 second. The check of the store has no such limit.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without an answer the server and this process take each other for gone. Then the runs of
    /// this process are free for others. Default 30 seconds; 3 seconds to an hour.</summary>
    public TimeSpan LossTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most connections for reading, beside the one that writes. Default 8; 1 to 100.</summary>
    public int ReadersMax { get; init; } = 8;

    /// <summary>How the schema came to be; another list only in tests.</summary>
    internal IReadOnlyList<Migration> Migrations { get; init; } = Migration.All;
}
