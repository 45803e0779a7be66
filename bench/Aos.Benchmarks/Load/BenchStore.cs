using Aos.Abstractions.Storage;
using Aos.Storage.Postgres;
using Aos.Storage.Sqlite;
using Npgsql;

namespace Aos.Benchmarks.Load;

/// <summary>A store of its own for a measurement, with the settings that are shipped.</summary>
internal abstract class BenchStore : IAsyncDisposable
{
    /// <summary>The environment variable that names the PostgreSQL database.</summary>
    public const string PostgresVariable = "AOS_BENCH_POSTGRES";

    public static IReadOnlyList<string> Kinds { get; } = ["sqlite", "postgres"];

    public abstract string Kind { get; }

    public abstract IStore Store { get; }

    /// <summary>Closes the store and says how large it is.</summary>
    public abstract ValueTask<long> CloseAsync();

    public abstract ValueTask DisposeAsync();

    public static async Task<BenchStore> OpenAsync(string kind) => kind switch
    {
        "sqlite" => await SqliteBench.OpenAsync(),
        "postgres" => await PostgresBench.OpenAsync(),
        _ => throw new ArgumentException(
            $"There is no store '{kind}'; there are {string.Join(", ", Kinds)}.", nameof(kind)),
    };

    private sealed class SqliteBench(string folder, SqliteStore store) : BenchStore
    {
        private bool _closed;

        public override string Kind => "sqlite";

        public override IStore Store => store;

        public static async Task<BenchStore> OpenAsync()
        {
            var folder = Directory.CreateTempSubdirectory("aos-bench-").FullName;
            return new SqliteBench(folder, await SqliteStore.OpenAsync(
                new SqliteStoreOptions { Directory = folder }, TimeProvider.System, CancellationToken.None));
        }

        public override async ValueTask<long> CloseAsync()
        {
            if (!_closed) await store.DisposeAsync();
            _closed = true;
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }

        public override async ValueTask DisposeAsync()
        {
            await CloseAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A schema of its own in the database that <c>AOS_BENCH_POSTGRES</c> names.</summary>
    private sealed class PostgresBench(NpgsqlDataSource database, string schema, PostgresStore store) : BenchStore
    {
        private static int _made;
        private bool _closed;

        public override string Kind => "postgres";

        public override IStore Store => store;

        public static async Task<BenchStore> OpenAsync()
        {
            var address = Environment.GetEnvironmentVariable(PostgresVariable)!;
            var schema = $"bench_{Environment.ProcessId}_{Interlocked.Increment(ref _made)}";
            var store = await PostgresStore.OpenAsync(
                new PostgresStoreOptions { ConnectionString = address, Schema = schema }, TimeProvider.System,
                CancellationToken.None);
            return new PostgresBench(NpgsqlDataSource.Create(address), schema, store);
        }

        public override async ValueTask<long> CloseAsync()
        {
            if (!_closed) await store.DisposeAsync();
            _closed = true;
            await using var command = database.CreateCommand(
                "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
                + "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'");
            command.Parameters.Add(new NpgsqlParameter { Value = schema });
            return (long)(await command.ExecuteScalarAsync())!;
        }

        public override async ValueTask DisposeAsync()
        {
            await CloseAsync();
            await using (var command = database.CreateCommand($"DROP SCHEMA \"{schema}\" CASCADE"))
                await command.ExecuteNonQueryAsync();
            await database.DisposeAsync();
        }
    }
}
