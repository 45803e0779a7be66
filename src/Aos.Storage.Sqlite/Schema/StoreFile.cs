using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Backups;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Schema;

/// <summary>The database file of a data directory.</summary>
internal static class StoreFile
{
    /// <summary>Its name.</summary>
    public const string Name = "aos.db";

    /// <summary>Makes the data directory where there is none, readable by its owner only: journals hold what runs saw.
    /// It survives a power cut when this returns: what is flushed in a directory is lost with the directory's own
    /// name.</summary>
    public static void CreateDirectory(string directory)
    {
        if (Directory.Exists(directory)) return;
        var parents = new List<string>();
        for (var missing = directory; !Directory.Exists(missing)
            && Path.GetDirectoryName(missing) is { } parent; missing = parent)
            parents.Add(parent);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(
                directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var parent in parents) NewFile.FlushDirectory(parent);
    }

    /// <summary>Makes a new store where there is none; what exists is never touched.</summary>
    /// <param name="path">Where it belongs.</param>
    /// <param name="options">How the store behaves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="mark">Tells this process from others that do the same now.</param>
    /// <returns>Whether there was none.</returns>
    /// <exception cref="StoreException">There are remains of a store.</exception>
    public static bool Ensure(string path, SqliteStoreOptions options, TimeProvider time, string mark)
    {
        var file = new FileInfo(path);
        if (file.Exists)
        {
            if (file.Length == 0) throw Remains($"'{path}' is empty, which a store never is: it was cut off.");
            return false;
        }

        // A log beside a new database would be played into it.
        if (File.Exists(path + "-wal")) throw Remains($"'{path}' is missing, but its write-ahead log is still there.");
        Create(path, options, time, $"{path}.new-{mark}");
        return true;
    }

    /// <summary>Opens the connection that writes.</summary>
    public static Connection OpenForWriting(string path, SqliteStoreOptions options, TimeProvider time)
    {
        var connection = Connection.Open(path, ConnectionMode.Write, options.BusyTimeout);
        try
        {
            Migrator.Upgrade(connection, options.Migrations, time);
            SetDurability(connection);
            connection.Execute($"PRAGMA wal_autocheckpoint = {options.CheckpointPages}");
            if (options.PagesMax is { } pages) connection.Number($"PRAGMA max_page_count = {pages}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // The schema is made in a file of another name, which is then linked to its place. So the store appears whole or
    // not at all, and of several processes that begin at once exactly one makes it.
    private static void Create(string path, SqliteStoreOptions options, TimeProvider time, string draft)
    {
        try
        {
            NewFile.Reserve(draft);
            using (var connection = Connection.Open(draft, ConnectionMode.Create, options.BusyTimeout))
            {
                // Straight into the file: what is in a log is moved there as the connection closes, which fails
                // unheard.
                connection.Execute("PRAGMA synchronous = FULL");
                Migrator.Create(connection, options.Migrations, time);
                SetDurability(connection);
            }

            // Where another process was faster, its store is as good.
            if (NewFile.TryPlace(draft, path)) NewFile.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        finally
        {
            foreach (var suffix in (string[])["", "-journal", "-wal", "-shm"]) NewFile.Remove(draft + suffix);
        }
    }

    private static void SetDurability(Connection connection)
    {
        var mode = connection.Text("PRAGMA journal_mode = WAL");
        if (!string.Equals(mode, "wal", StringComparison.Ordinal))
            throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                $"'{connection.Path}': the file system does not carry a write-ahead log (mode '{mode}'). Name a data "
                + "directory on a local disk.");
        connection.Execute("PRAGMA synchronous = FULL");
    }

    private static StoreException Remains(string what) => SqliteFailure.Failure(ErrorCodes.StorageCorrupt,
        $"{what} Nothing was changed. Restore a backup; or, to begin with an empty store, move the remains away.");
}
