using Aos.Contracts.Values;

namespace Aos.Runtime.Archives;

/// <summary>A run in one portable file.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Blobs">How many blobs and documents go with it.</param>
/// <param name="Head">The last hash of its chain, 32 bytes. Kept elsewhere, it shows a file that was made up
/// anew.</param>
/// <param name="File">The bytes of the file.</param>
public sealed record ExportedRun(
    RunId RunId, long Events, int Blobs, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> File)
{
    internal static ExportedRun Of(RunArchive archive, ReadOnlyMemory<byte> file)
    {
        var last = archive.Segments is [.., var segment] ? segment.FirstSeq + segment.Count - 1 : 0;
        return new ExportedRun(archive.RunId, last, archive.Blobs.Count, archive.Head, file);
    }
}
