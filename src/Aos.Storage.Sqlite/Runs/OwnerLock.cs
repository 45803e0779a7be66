using System.Security.Cryptography;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Backups;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Runs;

/// <summary>The proof that this process lives: a file that it holds locked. The operating system frees the lock when
/// the process ends, however it ends.</summary>
/// <remarks>Owners take an exclusive lock, and who looks takes a shared one, so that those who look never mistake each
/// other for the owner. An owner's name is random and never used again: once gone, it is gone for good.</remarks>
internal sealed class OwnerLock : IDisposable
{
    /// <summary>The folder of the locks, beside the store.</summary>
    public const string DirectoryName = "owners";

    private const string Suffix = ".lock";
    private const int Attempts = 16;

    private readonly string _directory;
    private readonly FileStream _file;

    private OwnerLock(string directory, string owner, FileStream file)
    {
        _directory = directory;
        Owner = owner;
        _file = file;
    }

    /// <summary>The name of this process.</summary>
    public string Owner { get; }

    /// <summary>Draws a name and locks its file.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public static OwnerLock Acquire(string directory)
    {
        CreateDirectory(directory);
        for (var attempt = 1; ; attempt++)
        {
            var owner = "own_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
            if (TryLock(directory, owner) is { } mine) return mine;
            if (attempt == Attempts)
                throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                    $"'{directory}': no file can be locked here. Name a data directory on a local disk.");
        }
    }

    /// <summary>Makes the folder where there is none, for its owner only.</summary>
    public static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(
                directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Throws where the file system grants a lock twice, as some network drives do.</summary>
    /// <exception cref="StoreException">It does.</exception>
    public void RequireLocking()
    {
        if (IsGone(Owner))
            throw SqliteFailure.Failure(ErrorCodes.StorageUnavailable,
                $"'{_directory}': the file system does not lock files. Name a data directory on a local disk.");
    }

    /// <summary>Whether an owner is gone: its file is missing or can be locked.</summary>
    public bool IsGone(string owner)
    {
        try
        {
            using var file = Look(PathOf(owner));
            return true;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception locked) when (locked is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether any process works on the store of these owners.</summary>
    public static bool AnyAlive(string directory)
    {
        if (!Directory.Exists(directory)) return false;
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Suffix))
            try
            {
                using var file = Look(path);
            }
            catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has just ended.
            }
            catch (Exception locked) when (locked is IOException or UnauthorizedAccessException)
            {
                return true;
            }

        return false;
    }

    /// <summary>Removes the files of owners that are gone.</summary>
    public void Sweep()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Suffix))
        {
            var owner = Path.GetFileNameWithoutExtension(path);
            if (!string.Equals(owner, Owner, StringComparison.Ordinal)) TryRemove(owner, path);
        }
    }

    /// <summary>Frees the lock and removes the file. One that cannot be removed is free, and is swept later.</summary>
    public void Dispose()
    {
        // Removed while it is held: nobody can lock a file that is about to vanish. Windows refuses that, and is asked
        // at creation to do it.
        if (!OperatingSystem.IsWindows()) NewFile.Remove(_file.Name);
        _file.Dispose();
    }

    /// <summary>Frees the lock and leaves the file, as a process does that is killed.</summary>
    internal void Abandon() => _file.Dispose();

    private static OwnerLock? TryLock(string directory, string owner)
    {
        var path = Path.Combine(directory, owner + Suffix);
        var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null; // Somebody looked between the creation and the lock. A stray file is swept later.
        }

        if (File.Exists(path)) return new OwnerLock(directory, owner, file);
        file.Dispose(); // Somebody swept it between the creation and the lock.
        return null;
    }

    private void TryRemove(string owner, string path)
    {
        try
        {
            using var file = Look(PathOf(owner));
            File.Delete(path);
        }
        catch (Exception locked) when (locked is IOException or UnauthorizedAccessException)
        {
            // Alive, or removed by another process. Both are as they should be.
        }
    }

    private string PathOf(string owner) => Path.Combine(_directory, Path.GetFileName(owner) + Suffix);

    private static FileStream Look(string path) => new(path,
        FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
