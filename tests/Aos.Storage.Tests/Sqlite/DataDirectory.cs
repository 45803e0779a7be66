using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Tests.Sqlite;

/// <summary>A data directory of a test, removed at its end.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aos-store-").FullName;

    public string Database => System.IO.Path.Combine(Path, "aos.db");

    public string Owners => System.IO.Path.Combine(Path, "owners");

    public ValueTask<SqliteStore> OpenAsync(SqliteStoreOptions? options = null) => SqliteStore.OpenAsync(
        options ?? new SqliteStoreOptions { Directory = Path }, TimeProvider.System,
        TestContext.Current.CancellationToken);

    /// <summary>Runs statements on the file, behind the back of the store.</summary>
    public void Execute(string sql)
    {
        using var connection = Connect();
        connection.Execute(sql);
    }

    public Connection Connect(ConnectionMode mode = ConnectionMode.Write) =>
        Connection.Open(Database, mode, TimeSpan.FromSeconds(5));

    /// <summary>The files as a power cut would leave them now.</summary>
    public DataDirectory CrashImage()
    {
        var image = new DataDirectory();
        foreach (var name in new[] { "aos.db", "aos.db-wal" })
            File.Copy(System.IO.Path.Combine(Path, name), System.IO.Path.Combine(image.Path, name));
        return image;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
