using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Runs;
using Aos.Storage.Sqlite.Schema;

namespace Aos.Storage.Sqlite.Backups;

/// <summary>Puts another database in the place of a store, in one step as far as anybody can see: up to the moment at
/// which the other one has its waiting name, the store is the old one; from then on it is the new one, and whoever
/// opens it first finishes what is left.</summary>
/// <remarks>A database and its log cannot be renamed in one step, and a log beside another database would be played
/// into it. So the decision is one rename, to a name that says where the old store goes, and what follows can be
/// repeated. Whoever does it holds a lock, which every opener takes who sees that there is one. An opener first shows
/// that it lives and then looks; who switches first locks and then looks for the living: one of the two sees the
/// other.</remarks>
internal sealed class StoreSwitch : IDisposable
{
    private const string LockName = "restoring";
    internal const string NextMark = ".next-";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly FileStream _lock;

    private StoreSwitch(string path, FileStream @lock) => (_path, _lock) = (path, @lock);

    /// <summary>Begins: nobody else switches, and who opens the store waits. What another process left is finished
    /// first.</summary>
    /// <param name="path">The database.</param>
    /// <param name="patience">How long to wait for another process that does the same.</param>
    /// <exception cref="StoreException">It took longer.</exception>
    public static StoreSwitch Begin(string path, TimeSpan patience)
    {
        OwnerLock.CreateDirectory(OwnersOf(path));
        var began = new StoreSwitch(path, Lock(path, patience));
        try
        {
            began.Finish();
            return began;
        }
        catch
        {
            began.Dispose();
            throw;
        }
    }

    /// <summary>Finishes what a process left that died, and waits for one that is at it. Costs one look where nothing
    /// was ever restored.</summary>
    /// <exception cref="StoreException">It takes longer than the patience.</exception>
    public static void FinishOther(string path, TimeSpan patience)
    {
        if (!File.Exists(LockOf(path))) return;
        using var other = Begin(path, patience);
    }

    /// <summary>A name for the new database while it is made. What is left of it is removed by whoever comes
    /// next.</summary>
    public string DraftName() => $"{_path}.restore-{Path.GetRandomFileName()}";

    /// <summary>Puts a database, which is closed and flushed, in the place of the store.</summary>
    /// <param name="draft">The database.</param>
    /// <param name="time">The clock, for the name of the old one.</param>
    /// <returns>Where the old one is now; null where there was none.</returns>
    public string? Replace(string draft, TimeProvider time)
    {
        var moment = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var hasOld = File.Exists(_path) || File.Exists(_path + "-wal");
        // Who opens the store looks for the lock, so that it has to be there for good before there is something to
        // find.
        NewFile.FlushDirectory(OwnersOf(_path));
        Flush();
        // This is the decision.
        File.Move(draft, _path + NextMark + moment, overwrite: false);
        Flush();
        Finish();
        return hasOld ? AsideOf(moment) : null;
    }

    /// <summary>Lets others open the store again.</summary>
    public void Dispose() => _lock.Dispose();

    private void Finish()
    {
        foreach (var next in Directory.GetFiles(Path.GetDirectoryName(_path)!, StoreFile.Name + NextMark + "*"))
        {
            var aside = AsideOf(next[(_path.Length + NextMark.Length)..]);
            foreach (var suffix in (string[])["", "-wal"])
                if (File.Exists(_path + suffix)) File.Move(_path + suffix, aside + suffix, overwrite: false);
            File.Delete(_path + "-shm");
            // Not before the old log is gone for good: the new database must never meet it.
            Flush();
            File.Move(next, _path, overwrite: false);
            Flush();
        }

        foreach (var draft in Directory.GetFiles(Path.GetDirectoryName(_path)!, StoreFile.Name + ".restore-*"))
            NewFile.Remove(draft);
    }

    private void Flush() => NewFile.FlushDirectory(Path.GetDirectoryName(_path)!);

    private string AsideOf(string moment) => $"{_path}.replaced-{moment}";

    private static FileStream Lock(string path, TimeSpan patience)
    {
        using var pause = new ManualResetEventSlim();
        for (var waited = TimeSpan.Zero; ; waited += LookInterval)
            try
            {
                return new FileStream(
                    LockOf(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
            }
            catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
            {
                if (waited >= patience)
                    throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                        $"'{path}' is being restored by another process. Wait for it, then try again.", held);
                pause.Wait(LookInterval);
            }
    }

    private static string OwnersOf(string path) => Path.Combine(Path.GetDirectoryName(path)!, OwnerLock.DirectoryName);

    private static string LockOf(string path) => Path.Combine(OwnersOf(path), LockName);
}
