using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Storage.Sqlite.Engine;

/// <summary>Turns failures of the engine and of the file system into codes of the taxonomy.</summary>
internal static class SqliteFailure
{
    private const int BrokenUnix = 5;
    private const int NoSpaceUnix = 28;
    private const int QuotaUnix = 122;
    private const int NoSpaceWindows = unchecked((int)0x80070070);

    /// <summary>The failure of a result code of SQLite.</summary>
    /// <param name="code">The code.</param>
    /// <param name="systemError">What the system said last, for codes that do not tell a full disk from a broken
    /// one.</param>
    /// <param name="detail">The words of the engine.</param>
    /// <param name="path">The database.</param>
    public static StoreException From(int code, int systemError, string detail, string path)
    {
        var what = $"'{path}': {detail} (SQLite {code}).";
        var isFull = !OperatingSystem.IsWindows() && systemError is (NoSpaceUnix or QuotaUnix);
        return (code & 0xFF) switch
        {
            Native.Full => Full(what),
            Native.IoError or Native.CannotOpen when isFull => Full(what),
            Native.IoError when code == Native.IoErrorShmSize && systemError != BrokenUnix => Full(what),
            Native.Corrupt => Damaged(path, $"{detail} (SQLite {code})"),
            Native.NotADatabase => Failure(ErrorCodes.StorageCorrupt,
                $"'{path}' is not a database, or its first page is damaged. It was left as it is. Restore a backup, or "
                + "name another data directory."),
            Native.Busy or Native.Locked => Failure(ErrorCodes.StorageUnavailable,
                $"{what} Another process kept the store locked for too long. Look for one that hangs, then try again."),
            Native.ReadOnly or Native.Perm or Native.CannotOpen or Native.Auth => Failure(
                ErrorCodes.StorageUnavailable,
                $"{what} The data directory and the files in it must be there and be writable for this user, and "
                + "the disk must have room for a new file."),
            Native.IoError => Failure(ErrorCodes.StorageUnavailable,
                $"{what} The disk failed. Look at the log of the system; what was acknowledged before is not affected."),
            _ => Failure(
                ErrorCodes.StorageUnavailable, $"{what} Run `aos doctor`, and report it where that finds nothing."),
        };
    }

    /// <summary>The failure of the file system.</summary>
    public static StoreException From(Exception failure, string path) =>
        failure.HResult is NoSpaceUnix or NoSpaceWindows
            ? Full($"'{path}': {failure.Message}", failure)
            : Failure(ErrorCodes.StorageUnavailable,
                $"'{path}' cannot be used as a data directory: {failure.Message} Mend its rights, or name another one.",
                failure);

    /// <summary>The store holds something that it cannot hold.</summary>
    public static StoreException Damaged(string path, string detail) => Failure(ErrorCodes.StorageCorrupt,
        $"'{path}' is damaged: {detail}. Keep a copy of the file with its -wal, then restore a backup.");

    /// <summary>Any failure, with its code.</summary>
    public static StoreException Failure(ErrorCode code, string message, Exception? inner = null) =>
        new(code, message, inner);

    private static StoreException Full(string what, Exception? inner = null) => Failure(ErrorCodes.StorageFull,
        $"{what} There is no room left for the store. Make room and try again: nothing acknowledged is lost.", inner);
}
