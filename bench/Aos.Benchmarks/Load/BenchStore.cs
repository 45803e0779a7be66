using Aos.Abstractions.Storage;
using Aos.Storage.Sqlite;

namespace Aos.Benchmarks.Load;

/// <summary>A store of its own for a measurement, with the settings that are shipped.</summary>
internal abstract class BenchStore : IAsyncDisposable
{
    public static IReadOnlyList<string> Kinds { get; } = ["sqlite"];

    public abstract string Kind { get; }

    public abstract IStore Store { get; }

    /// <summary>Closes the store and says how large it is.</summary>
    public abstract ValueTask<long> CloseAsync();

    public abstract ValueTask DisposeAsync();

    public static async Task<BenchStore> OpenAsync(string kind) => kind switch
    {
        "sqlite" => await SqliteBench.OpenAsync(),
        _ => throw new ArgumentException($"There is no store '{kind}'; there are {string.Join(", ", Kinds)}.", nameof(kind)),
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
}
