using System.Runtime.InteropServices;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Sqlite.Engine;

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
    /// <exception cref="StoreException">It cannot be written, or is there already. Nothing is left behind.</exception>
    public static async ValueTask<T> WriteAsync<T>(string path, bool replace, Func<string, ValueTask<T>> write)
    {
        path = Path.GetFullPath(path);
        if (!replace && File.Exists(path)) throw Exists(path);
        var draft = $"{path}.partial-{Path.GetRandomFileName()}";
        try
        {
            Reserve(draft);
            var result = await write(draft).ConfigureAwait(false);
            Flush(draft);
            File.Move(draft, path, replace);
            FlushDirectory(Path.GetDirectoryName(path)!);
            return result;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (!replace && File.Exists(path)) throw Exists(path);
            throw SqliteFailure.Failure(
                failure.HResult is NoSpaceUnix or NoSpaceWindows ? ErrorCodes.StorageFull : ErrorCodes.StorageUnavailable,
                $"'{path}' cannot be written: {failure.Message} Nothing was left behind.", failure);
        }
        finally
        {
            Remove(draft);
            Remove(draft + "-journal");
        }
    }

    /// <summary>Makes what was renamed in a directory survive a power cut. Windows does that by itself.</summary>
    /// <exception cref="IOException">It could not be made sure.</exception>
    internal static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = OpenDirectory(Marshal.StringToCoTaskMemUTF8(directory), 0);
        if (handle < 0) throw new IOException($"'{directory}' cannot be opened to be flushed.");
        var result = SyncFile(handle);
        _ = CloseFile(handle);
        if (result != 0) throw new IOException($"'{directory}' cannot be flushed.");
    }

    private static void Reserve(string draft)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Journals hold what runs saw: for their owner alone.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(draft, options);
    }

    private static void Flush(string draft)
    {
        using var file = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static void Remove(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception unremovable) when (unremovable is IOException or UnauthorizedAccessException)
        {
            // What failed is told already; a name that ends in ".partial-" says what the rest is.
        }
    }

    private static StoreException Exists(string path) => SqliteFailure.Failure(ErrorCodes.InvalidArgument,
        $"'{path}' is there already and was left as it is. Choose another name, or say --force.");

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int OpenDirectory(nint path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncFile(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int handle);
}
