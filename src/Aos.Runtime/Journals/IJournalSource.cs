using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Runtime.Journals;

/// <summary>Where journals are read from: a store, or a file that a run was exported to.</summary>
internal interface IJournalSource
{
    /// <summary>The segments of a run, as <see cref="IStore.ReadAsync"/> gives them.</summary>
    ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel);

    /// <summary>A blob; null where there is none of that name.</summary>
    ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel);
}

/// <summary>The journals of a store.</summary>
internal sealed class StoreSource(IStore store) : IJournalSource
{
    public ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(RunId runId, long afterSeq, CancellationToken cancel) =>
        store.ReadAsync(runId, afterSeq, cancel);

    public ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel) =>
        store.ReadBlobAsync(digest, cancel);
}
