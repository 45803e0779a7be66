using System.Data;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Postgres.Runs;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Engine;

/// <summary>The one session of this process that writes. It also holds the lock that proves that the process
/// lives.</summary>
/// <remarks>Both in one session on purpose: the server frees the lock only after the session's last transaction has
/// ended. So a transaction of an owner never overlaps with one that found this owner gone, and a session that takes the
/// lock anew knows that whatever the lost one had under way is decided.</remarks>
internal sealed class OwnerSession : IAsyncDisposable
{
    private const int ServerVersionMin = 140_000;
    private const int LockWaitMs = 10_000;

    // An old session of this process that the server still believes in, for instance after a cut network.
    private const string EndPredecessorSql = """
        SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid::bigint = ($1 >> 32) & 4294967295 AND objid::bigint = $1 & 4294967295 AND objsubid = 1
          AND mode = 'ExclusiveLock' AND granted AND pid <> pg_backend_pid()
        """;

    private OwnerSession(NpgsqlConnection connection, StoreAddress store, OwnerName owner)
    {
        Connection = connection;
        Store = store;
        Owner = owner;
    }

    /// <summary>The connection.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Where the store is.</summary>
    public StoreAddress Store { get; }

    /// <summary>This process.</summary>
    public OwnerName Owner { get; }

    /// <summary>The number of the session on the server.</summary>
    public int ServerProcess { get; private set; }

    /// <summary>Where the runs stand that this process writes.</summary>
    public RunPlaces Places { get; } = new();

    /// <summary>Whether the connection still stands, as far as this side knows.</summary>
    public bool IsOpen => Connection.State == ConnectionState.Open;

    /// <summary>Connects, checks the server, brings the schema forward and takes the lock.</summary>
    public static async Task<OwnerSession> OpenAsync(
        NpgsqlDataSource source, StoreAddress store, PostgresStoreOptions options, OwnerName owner, TimeProvider time,
        CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var session = new OwnerSession(connection, store, owner);
        try
        {
            await session.CheckServerAsync(cancel).ConfigureAwait(false);
            await session.ConfigureAsync(options.LossTimeout, cancel).ConfigureAwait(false);
            await Migrator.UpgradeAsync(connection, store, options.Migrations, time, cancel).ConfigureAwait(false);
            await session.LockAsync(cancel).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Frees the lock, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Closing would free it too, but some time after this call has returned.
            if (IsOpen)
                await Connection.ChangeAsync("SELECT pg_advisory_unlock($1)", CancellationToken.None,
                    Commands.Parameter(Owner.LockKey)).ConfigureAwait(false);
        }
        catch (Exception lost) when (PostgresFailure.IsOfStore(lost))
        {
            // The session is gone, and the lock with it.
        }
        finally
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task CheckServerAsync(CancellationToken cancel)
    {
        var server = (await Connection.QueryAsync("""
            SELECT pg_backend_pid(), current_setting('server_version_num')::int, current_setting('fsync'),
              pg_is_in_recovery()
            """, static row => (
                Process: row.GetInt32(0), Version: row.GetInt32(1), Fsync: row.GetString(2), Copy: row.GetBoolean(3)),
            cancel).ConfigureAwait(false))[0];
        if (server.Version < ServerVersionMin)
            throw Refused($"the server is PostgreSQL {server.Version / 10_000}; 14 is the oldest that serves.");
        if (server.Fsync != "on")
            throw Refused("the server runs with fsync = off: it would lose what it acknowledged. Set fsync = on.");
        if (server.Copy)
            throw Refused("this server is a read-only copy. Name the primary; `Target Session Attributes=primary` "
                + "finds it.");
        ServerProcess = server.Process;
    }

    // Set here, so that no default of the role, the database or the server weakens a commit or ends the session.
    // Sequential scans are off because a plan made while the tables are small would be kept as they grow.
    private Task ConfigureAsync(TimeSpan lossTimeout, CancellationToken cancel)
    {
        var seconds = (int)lossTimeout.TotalSeconds;
        return Connection.ExecuteAsync($"""
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_read_only = off;
            SET statement_timeout = 0;
            SET lock_timeout = {LockWaitMs};
            SET idle_session_timeout = 0;
            SET idle_in_transaction_session_timeout = 0;
            SET tcp_keepalives_idle = {Math.Max(1, seconds / 2)};
            SET tcp_keepalives_interval = {Math.Max(1, seconds / 8)};
            SET tcp_keepalives_count = 4;
            SET tcp_user_timeout = {seconds * 1_000};
            SET enable_seqscan = off;
            SET jit = off;
            """, cancel);
    }

    private async Task LockAsync(CancellationToken cancel)
    {
        const string TrySql = "SELECT pg_try_advisory_lock($1)";
        if (await IsTrueAsync(TrySql, cancel).ConfigureAwait(false)) return;
        await Connection.ChangeAsync(EndPredecessorSql, cancel, Commands.Parameter(Owner.LockKey))
            .ConfigureAwait(false);
        // What may still hold it is somebody who looks, for as long as that transaction takes.
        await Connection.ChangeAsync("SELECT pg_advisory_lock($1)", cancel, Commands.Parameter(Owner.LockKey))
            .ConfigureAwait(false);
    }

    private async Task<bool> IsTrueAsync(string sql, CancellationToken cancel) =>
        (await Connection.QueryAsync(sql, static row => row.GetBoolean(0), cancel, Commands.Parameter(Owner.LockKey))
            .ConfigureAwait(false))[0];

    private StoreException Refused(string why) =>
        PostgresFailure.Failure(ErrorCodes.StorageUnavailable, $"'{Store.Name}': {why}");
}
