namespace Aos.Cli.Doctor;

/// <summary>Writes to the disk, flushes, and removes what was written: free space alone does not say that a journal can
/// be written, since rights, quotas and limits of the process can be in the way.</summary>
internal static class WriteProbe
{
    // As much as the write-ahead log of a busy store holds at times.
    private const int Bytes = 4 * 1024 * 1024;

    public static Finding Try(string folder)
    {
        var path = Path.Combine(folder, $".aos-doctor-{Path.GetRandomFileName()}");
        try
        {
            try
            {
                using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                file.Write(new byte[Bytes]);
                file.Flush(flushToDisk: true);
            }
            finally
            {
                File.Delete(path);
            }
            return new(
                "writing", FindingLevel.Good,
                $"{Bytes / (1024 * 1024)} MiB were written to {folder}, flushed and removed");
        }
        // A file that may not grow so far comes as a wrong argument.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new("writing", FindingLevel.Wrong, $"nothing can be written to {folder}: {error.Message}",
                "Make room, or mend the rights of the folder, its quota or the limits of the process: a run whose "
                + "journal cannot be written does not start.");
        }
    }
}
