using System.Runtime.InteropServices;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Runs;
using Aos.Storage.Sqlite.Schema;

namespace Aos.Storage.Sqlite.Backups;

/// <summary>Writes files that are there whole or not at all: under another name first, flushed, then renamed.</summary>
public static partial class NewFile
{
    private const int NoSpaceUnix = 28;
    private const int NoSpaceWindows = unchecked((int)0x80070070);

    /// <summary>Makes a file.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="replace">Whether one that is there is replaced.</param>
    /// <param name="write">Writes it under the name that it is given, in a file that is there and empty.</param>
    /// <exception cref="StoreException">It cannot be written, is there already, or is part of a store. Nothing is left
    /// behind.</exception>
    public static async ValueTask<T> WriteAsync<T>(string path, bool replace, Func<string, ValueTask<T>> write)
    {
        path = Path.GetFullPath(path);
        if (!replace && File.Exists(path)) throw Exists(path);
        var draft = $"{path}.partial-{Path.GetRandomFileName()}";
        try
        {
            if (IsOfStore(path))
                throw SqliteFailure.Failure(
                    ErrorCodes.InvalidArgument,
                    $"'{path}' is part of a store, which writing it would destroy. Choose another name.");
            Reserve(draft);
            var result = await write(draft).ConfigureAwait(false);
            Flush(draft);
            if (replace) File.Move(draft, path, overwrite: true);
            else if (!TryPlace(draft, path)) throw Exists(path);
            FlushDirectory(Path.GetDirectoryName(path)!);
            return result;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw SqliteFailure.Failure(
                failure.HResult is NoSpaceUnix or NoSpaceWindows
                    ? ErrorCodes.StorageFull : ErrorCodes.StorageUnavailable,
                $"'{path}' cannot be written: {failure.Message} Nothing was left behind.", failure);
        }
        finally
        {
            Remove(draft);
            Remove(draft + "-journal");
        }
    }

    /// <summary>Gives a file its name where nothing has that name, in one step: of several processes exactly one
    /// succeeds. A move that does not replace looks first and renames then, and so replaces what came in
    /// between.</summary>
    /// <returns>Whether it has the name now. Otherwise it is still where it was.</returns>
    /// <exception cref="IOException">It can have no other name.</exception>
    internal static bool TryPlace(string draft, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            var (from, to) = (Marshal.StringToCoTaskMemUTF8(draft), Marshal.StringToCoTaskMemUTF8(path));
            try
            {
                if (Link(from, to) == 0)
                {
                    File.Delete(draft);
                    return true;
                }
            }
            finally
            {
                Marshal.FreeCoTaskMem(from);
                Marshal.FreeCoTaskMem(to);
            }
        }

        // Windows moves in one step; a file system without links has no better way.
        if (File.Exists(path)) return false;
        File.Move(draft, path, overwrite: false);
        return true;
    }

    /// <summary>Makes what was renamed in a directory survive a power cut. Windows does that by itself.</summary>
    /// <exception cref="IOException">It could not be made sure.</exception>
    internal static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Marshal.StringToCoTaskMemUTF8(directory);
        var handle = OpenDirectory(path, 0);
        Marshal.FreeCoTaskMem(path);
        if (handle < 0) throw new IOException($"'{directory}' cannot be opened to be flushed.");
        var result = SyncFile(handle);
        _ = CloseFile(handle);
        if (result != 0) throw new IOException($"'{directory}' cannot be flushed.");
    }

    // Also by another name: a link to the store, or to its directory.
    private static bool IsOfStore(string path)
    {
        var name = Path.GetFileName(Real(path));
        string[] own = ["", "-wal", "-shm", "-journal"];
        return own.Contains(
            name.StartsWith(StoreFile.Name, StringComparison.OrdinalIgnoreCase) ? name[StoreFile.Name.Length..] : null,
                StringComparer.OrdinalIgnoreCase)
            || name.StartsWith(StoreFile.Name + StoreSwitch.NextMark, StringComparison.OrdinalIgnoreCase)
            || (Path.GetDirectoryName(Real(path)) is { } folder && Path.GetFileName(folder) == OwnerLock.DirectoryName
                && File.Exists(Path.Combine(Path.GetDirectoryName(folder)!, StoreFile.Name)));
    }

    private static string Real(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        return Followed(new FileInfo(Path.Combine(Followed(new DirectoryInfo(folder)), Path.GetFileName(path))));
    }

    // What is not there is no link.
    private static string Followed(FileSystemInfo place) =>
        place.LinkTarget is null
            ? place.FullName : place.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? place.FullName;

    /// <summary>Makes an empty file that only its owner can read: journals hold what runs saw.</summary>
    internal static void Reserve(string draft)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(draft, options);
    }

    /// <summary>Makes what a file holds survive a power cut.</summary>
    internal static void Flush(string draft)
    {
        using var file = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Removes a file that nobody misses, where that can be done.</summary>
    internal static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception unremovable) when (unremovable is IOException or UnauthorizedAccessException)
        {
            // What failed is told already, or shows at the next call; the name says what the rest is.
        }
    }

    private static StoreException Exists(string path) => SqliteFailure.Failure(ErrorCodes.InvalidArgument,
        $"'{path}' is there already and was left as it is. Choose another name, or say --force.");

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int OpenDirectory(nint path, int flags);

    [LibraryImport("libc", EntryPoint = "link")]
    private static partial int Link(nint from, nint to);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncFile(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int handle);
}
