using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Journals;

/// <summary>What a journal holds.</summary>
/// <param name="Events">The events, complete.</param>
/// <param name="Head">The hash of the last link.</param>
internal sealed record Journal(IReadOnlyList<RunEvent> Events, ReadOnlyMemory<byte> Head);

/// <summary>Reads the journal of a run, checks its chain, and completes what is kept apart.</summary>
internal sealed class JournalReader(IJournalSource store, DocumentCache documents)
{
    /// <summary>All events of a run; null where there is no such run.</summary>
    /// <exception cref="StoreException">The journal cannot be read, is damaged, or was edited.</exception>
    public async ValueTask<Journal?> ReadAsync(RunId runId, CancellationToken cancel)
    {
        var segments = await store.ReadAsync(runId, 0, cancel).ConfigureAwait(false);
        if (segments.Count == 0) return null;
        var events = new List<RunEvent>();
        var head = HashChain.Genesis;
        foreach (var segment in segments)
        {
            if (segment.FirstSeq != events.Count + 1)
                throw Tampered(runId, $"event {events.Count + 1} is missing");
            head = HashChain.Next(head.Span, segment.Events.Span);
            if (!head.Span.SequenceEqual(segment.Hash.Span))
                throw Tampered(
                    runId, $"the hash of events {segment.FirstSeq} to {segment.FirstSeq + segment.Count - 1} is wrong");
            events.AddRange(Decode(runId, segment));
            if (events.Count != segment.FirstSeq + segment.Count - 1)
                throw Tampered(runId, $"the segment of event {segment.FirstSeq} has another count than it says");
        }
        foreach (var e in events)
        {
            if (DocumentCache.NamesDocument(e)) await documents.LoadAsync(e, cancel).ConfigureAwait(false);
            foreach (var payload in EventCodec.PayloadsOf(e))
                if (!payload.IsComplete) await CompleteAsync(payload, cancel).ConfigureAwait(false);
        }
        return new Journal(events, head);
    }

    /// <summary>The events of a segment; large values are not complete.</summary>
    /// <exception cref="StoreException">One cannot be read.</exception>
    public static List<RunEvent> Decode(RunId runId, JournalSegment segment)
    {
        try
        {
            return EventCodec.Decode(segment.Events.Span);
        }
        catch (JsonException error)
        {
            throw new StoreException(ErrorCodes.StorageCorrupt,
                $"Run {runId} has an event after {segment.FirstSeq - 1} that this version cannot read: {error.Message}",
                error);
        }
    }

    private async ValueTask CompleteAsync(Payload payload, CancellationToken cancel)
    {
        var bytes = await store.ReadBlobAsync(payload.Blob!.Digest, cancel).ConfigureAwait(false)
            ?? throw new StoreException(
                ErrorCodes.StorageCorrupt, $"The blob {payload.Blob.Digest} is missing from the store.");
        try
        {
            payload.Complete(bytes);
        }
        catch (InvalidDataException error)
        {
            throw new StoreException(ErrorCodes.HistoryTampered, error.Message, error);
        }
    }

    private static StoreException Tampered(RunId runId, string what) => new(ErrorCodes.HistoryTampered,
        $"The journal of run {runId} was edited or damaged: {what}. Restore a backup; keep this store for analysis.");
}
