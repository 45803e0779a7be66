using System.Globalization;
using Aos.Storage.Postgres;

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
    public PostgresServer Server => server;

    public string Name { get; } = SharedServer.NewSchema();

    public PostgresStoreOptions Options => new() { ConnectionString = server.ConnectionString, Schema = Name };

    public static async Task<TestSchema> CreateAsync() => new(await SharedServer.Server);

    public ValueTask<PostgresStore> OpenAsync(PostgresStoreOptions? options = null) =>
        PostgresStore.OpenAsync(options ?? Options, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Runs statements in the schema, behind the back of the store.</summary>
    public Task<object?> ExecuteAsync(string sql) => server.ExecuteAsync($"SET search_path = {Name}; {sql}");

    public async ValueTask DisposeAsync() => await server.ExecuteAsync($"DROP SCHEMA IF EXISTS {Name} CASCADE");
}
