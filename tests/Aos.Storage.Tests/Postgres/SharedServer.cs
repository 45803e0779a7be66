using System.Diagnostics;
using System.Globalization;
using Aos.Storage.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(Aos.Storage.Tests.Postgres.SharedServer))]

namespace Aos.Storage.Tests.Postgres;

/// <summary>The server of all tests that do not harm it, started by the first. Each store has a schema of its
/// own.</summary>
public sealed class SharedServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Starting = new(() => PostgresServer.StartAsync());
    private static int _schemas;

    public static Task<PostgresServer> Server => Starting.Value;

    /// <summary>The name of a schema that no other test uses.</summary>
    public static string NewSchema() =>
        string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _schemas)}");

    public async ValueTask DisposeAsync()
    {
        if (Starting.IsValueCreated) await (await Starting.Value).DisposeAsync();
    }
}

/// <summary>A schema of a test, removed at its end.</summary>
internal sealed class TestSchema(PostgresServer server) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public PostgresServer Server => server;

    public string Name { get; } = SharedServer.NewSchema();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public PostgresStoreOptions Options => new() { ConnectionString = server.ConnectionString, Schema = Name };

    public static async Task<TestSchema> CreateAsync() => new(await SharedServer.Server);

    public ValueTask<PostgresStore> OpenAsync(PostgresStoreOptions? options = null) =>
        PostgresStore.OpenAsync(options ?? Options, TimeProvider.System, Cancel);

    /// <summary>Runs statements in the schema, behind the back of the store.</summary>
    public Task<object?> ExecuteAsync(string sql) => server.ExecuteAsync($"SET search_path = {Name}; {sql}");

    /// <summary>A session that has begun a transaction and holds locks until it is disposed of.</summary>
    public async Task<NpgsqlConnection> BeginAsync(string sql)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand($"SET search_path = {Name}; BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync(Cancel);
        return connection;
    }

    /// <summary>Waits until a session of the server waits for a lock.</summary>
    public Task UntilBlockedAsync(int serverProcess) =>
        UntilAsync("SELECT cardinality(pg_blocking_pids($1)) > 0", serverProcess);

    /// <summary>Waits until any session waits for the lock of a table.</summary>
    public Task UntilAwaitedAsync(string table) => UntilAsync(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = to_regclass($1))", $"{Name}.{table}");

    public async ValueTask DisposeAsync() => await server.ExecuteAsync($"DROP SCHEMA IF EXISTS {Name} CASCADE");

    private async Task UntilAsync(string sql, object of)
    {
        var began = Stopwatch.StartNew();
        while (!(bool)(await server.ExecuteAsync(sql, of))!)
        {
            Cancel.ThrowIfCancellationRequested();
            if (began.Elapsed > Patience) throw new TimeoutException($"Not true after {Patience}: {sql}, with {of}.");
        }
    }
}
