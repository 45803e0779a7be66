using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Archives;

/// <summary>A run in one piece: its journal, every blob and document that the journal names, and the contracts of the
/// skills that its plans are pinned to.</summary>
internal sealed record RunArchive : IJournalSource
{
    public required RunId RunId { get; init; }

    /// <summary>The segments, as they were appended.</summary>
    public required IReadOnlyList<JournalSegment> Segments { get; init; }

    /// <summary>Blobs and documents, in the order of their digests.</summary>
    public required SortedDictionary<string, byte[]> Blobs { get; init; }

    /// <summary>The contracts, by name and version.</summary>
    public required IReadOnlyList<SkillRow> Skills { get; init; }

    public ReadOnlyMemory<byte> Head => Segments.Count == 0 ? HashChain.Genesis : Segments[^1].Hash;

    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<JournalSegment>>(
            runId == RunId ? [.. Segments.Where(segment => segment.FirstSeq + segment.Count - 1 > afterSeq)] : []);

    public ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        ValueTask.FromResult(Blobs.GetValueOrDefault(digest.Value));
}
