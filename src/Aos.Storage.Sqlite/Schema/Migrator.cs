using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Schema;

/// <summary>Brings the schema of a database to the version that this program knows. Forward only.</summary>
internal static class Migrator
{
    /// <summary>Marks the file as a store of AOS, in SQLite's header: "AOS1".</summary>
    public const int ApplicationId = 0x414F5331;

    /// <summary>Refuses what is not a store of this or an older version, and brings an older one forward.</summary>
    /// <exception cref="StoreException">The file is of another program, of a newer version, or damaged.</exception>
    public static void Upgrade(Connection connection, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        var known = migrations[^1].Version;
        var version = Version(connection);
        if (version < known) Migrate(connection, migrations, time);
        else if (version > known) throw TooNew(connection.Path, version, known);
    }

    /// <summary>Makes the schema in an empty file.</summary>
    public static void Create(Connection connection, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
        Migrate(connection, migrations, time);
    }

    private static long Version(Connection connection)
    {
        if (connection.Number("PRAGMA application_id") != ApplicationId)
            throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                $"'{connection.Path}' is the database of another program. It was left as it is; name another data "
                    + "directory.");
        return connection.Number("PRAGMA user_version");
    }

    private static void Migrate(Connection connection, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        var state = connection.Text("PRAGMA quick_check(1)");
        if (!string.Equals(state, "ok", StringComparison.Ordinal)) throw SqliteFailure.Damaged(connection.Path, state);

        connection.Execute("BEGIN IMMEDIATE");
        // Another process may have been faster, or newer.
        var version = connection.Number("PRAGMA user_version");
        if (version > migrations[^1].Version) throw TooNew(connection.Path, version, migrations[^1].Version);
        foreach (var migration in migrations)
        {
            if (migration.Version <= version) continue;
            connection.Execute(migration.Sql);
            connection.Prepare("INSERT INTO migrations (version, applied_at) VALUES (?1, ?2)")
                .Bind(1, migration.Version).Bind(2, StoredTime.From(time.GetUtcNow())).Run();
        }

        connection.Execute(
            string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {migrations[^1].Version}"));
        connection.Execute("COMMIT");
    }

    private static StoreException TooNew(string path, long version, long known) =>
        SqliteFailure.Failure(ErrorCodes.StorageTooNew,
            $"'{path}' was written by a newer version of AOS (schema {version}; this one knows {known}). It was "
            + "left as it is. Use that version or a newer one.");
}
