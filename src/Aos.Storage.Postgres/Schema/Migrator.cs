using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Failures;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Schema;

/// <summary>Brings the schema of a store to the version that this program knows. Forward only.</summary>
internal static class Migrator
{
    // With the hash of the schema's name: the lock of those who migrate one store. "AOS1".
    private const int LockClass = 0x414F5331;

    // Asked of the catalog's tables. The functions that look up a name answer from a cache, which can be older than the
    // end of the wait for the lock.
    private const string ExistsSql =
        "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'aos_migrations')";

    private const string MissingSql = """
        SELECT string_agg(name, ', ')
        FROM (VALUES ('runs', 1), ('segments', 1), ('blobs', 1), ('blob_names', 1), ('approvals', 1), ('inbox', 1), ('skills', 1),
          ('ledger', 2), ('charges', 2), ('records', 3), ('audit', 3)) AS known (name, since)
        WHERE since <= $2::int AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = name)
        """;

    /// <summary>Makes the schema where there is none, brings an older one forward, refuses a newer one. Of several
    /// processes that do it at once, one does it, and the others wait for it.</summary>
    /// <exception cref="StoreException">The schema is of another program, of a newer version, or damaged.</exception>
    public static async Task UpgradeAsync(
        NpgsqlConnection connection, StoreAddress store, IReadOnlyList<Migration> migrations, TimeProvider time,
        CancellationToken cancel)
    {
        var known = migrations[^1].Version;
        var version = await VersionAsync(connection, store, cancel).ConfigureAwait(false);
        if (version > known) throw TooNew(store, version, known);
        if (version == known) return;

        var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await connection.ExecuteAsync("SET LOCAL lock_timeout = 0", cancel).ConfigureAwait(false);
        await connection.ExecuteAsync(
            $"SELECT pg_advisory_xact_lock({LockClass}, hashtext('{store.Schema}'))", cancel).ConfigureAwait(false);
        // Another process may have been faster, or newer.
        version = await VersionAsync(connection, store, cancel).ConfigureAwait(false);
        if (version > known) throw TooNew(store, version, known);
        await PrepareAsync(connection, store, version, cancel).ConfigureAwait(false);
        await ApplyAsync(connection, store, migrations, version, time, cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    private static async Task<int> VersionAsync(
        NpgsqlConnection connection, StoreAddress store, CancellationToken cancel)
    {
        var exists = await connection.ScalarAsync<bool>(ExistsSql, cancel, store.Schema).ConfigureAwait(false);
        return exists
            ? await connection.ScalarAsync<int>("SELECT coalesce(max(version), 0) FROM aos_migrations", cancel)
                .ConfigureAwait(false)
            : 0;
    }

    private static async Task PrepareAsync(
        NpgsqlConnection connection, StoreAddress store, int version, CancellationToken cancel)
    {
        if (version > 0)
        {
            var missing = await connection.ScalarAsync<string?>(MissingSql, cancel, store.Schema,
                version.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            if (missing is not null) throw PostgresFailure.Damaged(store, $"these tables are missing: {missing}");
            return;
        }

        // Not CREATE … IF NOT EXISTS: that needs the right to create even where there is nothing to create.
        var exists = await connection.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", cancel, store.Schema).ConfigureAwait(false);
        if (!exists) await connection.ExecuteAsync($"CREATE SCHEMA \"{store.Schema}\"", cancel).ConfigureAwait(false);
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, StoreAddress store, IReadOnlyList<Migration> migrations, int version,
        TimeProvider time, CancellationToken cancel)
    {
        foreach (var migration in migrations)
        {
            if (migration.Version <= version) continue;
            try
            {
                await connection.ExecuteAsync(migration.Sql, cancel).ConfigureAwait(false);
            }
            catch (PostgresException taken) when (version == 0 && taken.SqlState == PostgresErrorCodes.DuplicateTable)
            {
                throw PostgresFailure.Failure(ErrorCodes.StorageUnavailable,
                    $"'{store.Name}' holds tables of another program ({taken.MessageText}). It was left as it is; name "
                    + "another schema.", taken);
            }

            await connection.ExecuteAsync(
                $"INSERT INTO aos_migrations VALUES ({migration.Version}, {StoredTime.From(time.GetUtcNow())})", cancel)
                .ConfigureAwait(false);
        }
    }

    private static StoreException TooNew(StoreAddress store, int version, int known) =>
        PostgresFailure.Failure(ErrorCodes.StorageTooNew,
            $"'{store.Name}' was written by a newer version of AOS (schema {version}; this one knows {known}). It was "
            + "left as it is. Use that version or a newer one.");
}
