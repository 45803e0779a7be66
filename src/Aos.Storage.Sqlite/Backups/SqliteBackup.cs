using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Checks;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Runs;
using Aos.Storage.Sqlite.Schema;

namespace Aos.Storage.Sqlite.Backups;

/// <summary>Copies an embedded store while it is in use, and puts a copy back in its place.</summary>
/// <remarks>A backup is one file: the database at one moment, without free pages. It is read whole before it gets its
/// name, and again before it is restored.</remarks>
public static class SqliteBackup
{
    private const string Reason =
        "The store was restored from a backup: what the run did after the backup is not in its journal.";

    private const string HoldSql = """
        UPDATE runs SET status = 'quarantined', waiting_for = NULL, wake_at = NULL, code = 'RUN_HELD', owner = NULL,
          epoch = epoch + 1, reason = CASE WHEN status = 'quarantined' THEN ?1 || ' Before that: ' || ifnull(reason, '') ELSE ?1 END
        WHERE status IN ('running', 'waiting', 'quarantined')
        """;

    private const string VoidSql = "UPDATE approvals SET status = 'void' WHERE status = 'open'";

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Writes a backup of a store, which may be in use by any number of processes.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="file">The backup; its directory must be there.</param>
    /// <param name="replace">Whether a file that is there is replaced.</param>
    /// <param name="cancel">Ends it; nothing is left behind.</param>
    /// <exception cref="StoreException">There is no store, it is damaged, or the file cannot be written.</exception>
    public static ValueTask<BackupReport> CreateAsync(
        string directory, string file, bool replace, CancellationToken cancel)
    {
        var source = Path.Combine(Path.GetFullPath(directory), StoreFile.Name);
        StoreSwitch.FinishOther(source, CheckTimeout);
        if (!File.Exists(source))
            throw SqliteFailure.Failure(
                ErrorCodes.StorageUnavailable, $"There is no store in '{directory}'; nothing was written.");
        return NewFile.WriteAsync(file, replace, draft =>
        {
            // As every process that works on the store: so that it is not replaced meanwhile.
            using var owner = OwnerLock.Acquire(Path.Combine(Path.GetDirectoryName(source)!, OwnerLock.DirectoryName));
            StoreSwitch.FinishOther(source, CheckTimeout);
            using (var connection = Connection.Open(source, ConnectionMode.Read, CheckTimeout))
            using (cancel.Register(static on => ((Connection)on!).Interrupt(), connection))
                Copy(connection, draft, file, cancel);
            return ValueTask.FromResult(Examine(draft, file, cancel) with { Path = Path.GetFullPath(file) });
        });
    }

    /// <summary>Makes a backup the store of a data directory. Every run that is open in it is held (quarantined with
    /// <c>RUN_HELD</c>), with a new epoch, and every open approval request is void.</summary>
    /// <param name="file">The backup. It stays as it is.</param>
    /// <param name="options">Where the store belongs.</param>
    /// <param name="replace">Whether a store that is there is moved aside.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends it before anything was changed.</param>
    /// <exception cref="StoreException">The backup is damaged, of a newer version or none; there is a store, or a
    /// process works on it; or the directory cannot be written. The store that was there is still there.</exception>
    /// <remarks>Whatever happens on the way, the power included, the store is the one before or the backup,
    /// whole.</remarks>
    public static ValueTask<RestoreReport> RestoreAsync(
        string file, SqliteStoreOptions options, bool replace, TimeProvider time, CancellationToken cancel)
    {
        var directory = Path.GetFullPath(options.Directory);
        var path = Path.Combine(directory, StoreFile.Name);
        if (!File.Exists(file))
            throw SqliteFailure.Failure(ErrorCodes.InvalidArgument, $"There is no backup '{file}'.");
        if (File.Exists(file + "-wal"))
            throw SqliteFailure.Failure(ErrorCodes.InvalidArgument,
                $"'{file}' has a write-ahead log beside it: it is a database in use, not a backup. `aos backup` "
                    + "makes one.");
        StoreSwitch? place = null;
        string? draft = null;
        try
        {
            StoreFile.CreateDirectory(directory);
            place = StoreSwitch.Begin(path, options.BusyTimeout);
            RequireNoOwner(directory);
            if (!replace) RequireNoStore(path);
            draft = place.DraftName();
            File.Copy(file, draft);
            var report = Hold(draft, file, options, time, cancel);
            cancel.ThrowIfCancellationRequested();
            NewFile.Flush(draft);
            return ValueTask.FromResult(report with { Path = path, Replaced = place.Replace(draft, time) });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SqliteFailure.From(failure, directory);
        }
        finally
        {
            if (draft is not null)
                foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"]) NewFile.Remove(draft + suffix);
            place?.Dispose();
        }
    }

    private static void Copy(Connection connection, string draft, string file, CancellationToken cancel)
    {
        try
        {
            connection.Prepare("VACUUM INTO ?1").Bind(1, draft).Run();
        }
        catch (StoreException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (StoreException failure) when (failure.Code != ErrorCodes.StorageCorrupt)
        {
            throw SqliteFailure.Failure(
                failure.Code, $"'{file}' cannot be written, or the store cannot be read. Nothing was left "
                + $"behind. {failure.Message}", failure);
        }
    }

    private static BackupReport Examine(string draft, string file, CancellationToken cancel)
    {
        using var copy = Connection.Open(draft, ConnectionMode.Read, CheckTimeout);
        if (copy.Number("PRAGMA application_id") != Migrator.ApplicationId) throw NoBackup(file);
        var findings = StoreCheck.Run(copy, cancel);
        if (findings.Count > 0)
            throw SqliteFailure.Failure(ErrorCodes.StorageCorrupt,
                $"'{file}' would not be a sound backup, and was not kept: {findings[0]} `aos doctor` says what is "
                    + "wrong with the store.");
        return new BackupReport(draft, new FileInfo(draft).Length, (int)copy.Number("SELECT count(*) FROM runs"),
            (int)copy.Number("SELECT count(*) FROM runs WHERE status IN ('running', 'waiting', 'quarantined')"));
    }

    private static RestoreReport Hold(
        string draft, string file, SqliteStoreOptions options, TimeProvider time, CancellationToken cancel)
    {
        // Looked at before anything is written to it: what SQLite or a migration would mend must not be mended here.
        try
        {
            using var copy = Connection.Open(draft, ConnectionMode.Read, CheckTimeout);
            if (copy.Number("PRAGMA application_id") != Migrator.ApplicationId) throw NoBackup(file);
            var state = copy.Text("PRAGMA quick_check(1)");
            if (!string.Equals(state, "ok", StringComparison.Ordinal)) throw SqliteFailure.Damaged(file, state);
        }
        catch (StoreException damage) when (damage.Code == ErrorCodes.StorageCorrupt)
        {
            // Said of the file that was given, not of the copy of it.
            throw SqliteFailure.Failure(
                damage.Code, damage.Message.Replace(draft, file, StringComparison.Ordinal), damage);
        }

        using var connection = StoreFile.OpenForWriting(draft, options, time);
        var findings = StoreCheck.Run(connection, cancel);
        if (findings.Count > 0) throw SqliteFailure.Damaged(file, findings[0]);
        connection.Execute("BEGIN IMMEDIATE");
        connection.Prepare(HoldSql).Bind(1, Reason).Run();
        var held = connection.Changes;
        connection.Prepare(VoidSql).Run();
        var voided = connection.Changes;
        connection.Execute("COMMIT");
        // All of it in the file: only that gets the store's name.
        if (connection.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            throw SqliteFailure.Failure(
                ErrorCodes.StorageUnavailable, $"'{draft}' is in use by another program. Nothing was changed.");
        return new RestoreReport(draft, null, (int)connection.Number("SELECT count(*) FROM runs"), held, voided);
    }

    private static void RequireNoStore(string path)
    {
        if (File.Exists(path) || File.Exists(path + "-wal"))
            throw SqliteFailure.Failure(ErrorCodes.InvalidArgument,
                $"There is a store at '{path}'. Name another data directory, or say --force: then it is moved aside, "
                    + "not removed.");
    }

    private static void RequireNoOwner(string directory)
    {
        if (OwnerLock.AnyAlive(Path.Combine(directory, "owners")))
            throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                $"A process works on the store in '{directory}'. End it first; nothing was changed.");
    }

    private static StoreException NoBackup(string file) =>
        SqliteFailure.Failure(ErrorCodes.InvalidArgument, $"'{file}' is no backup of a store of AOS.");
}
