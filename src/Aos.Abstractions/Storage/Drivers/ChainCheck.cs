using System.Security.Cryptography;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>Follows the journals of runs link by link.</summary>
internal sealed class ChainCheck : IDisposable
{
    private const int HashBytes = 32;

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>What is wrong with segments that should be the whole journal of a run; null where nothing is.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="seq">The sequence number that the run's row names.</param>
    /// <param name="head">The hash that the row names for that number.</param>
    /// <param name="hasEnded">Whether the row says that the run has ended; null: that is not looked at.</param>
    public string? Fault(
        IReadOnlyList<JournalSegment> segments, long seq, ReadOnlySpan<byte> head, bool? hasEnded = null)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        hash.Clear();
        var last = 0L;
        var headFound = false;
        foreach (var segment in segments)
        {
            if (segment.FirstSeq != last + 1) return $"event {last + 1} is missing";
            if (segment.Events.Span.Count((byte)'\n') + 1 != segment.Count)
                return $"the segment from event {last + 1} does not hold the events that it counts";
            _sha256.AppendData(hash);
            _sha256.AppendData(segment.Events.Span);
            _sha256.GetHashAndReset(hash);
            if (!hash.SequenceEqual(segment.Hash.Span)) return $"the hash chain is broken at event {last + 1}";
            last += segment.Count;
            headFound |= last == seq && hash.SequenceEqual(head);
        }

        if (hasEnded is { } ended && segments is [.., var end] && EndsRun(end.Events.Span) == !ended)
            return ended ? "its row says that it has ended, and its journal that it has not"
                : "its journal says that it has ended, and its row that it has not";
        return headFound ? null : $"its row names event {seq}, which its journal (to event {last}) does not confirm";
    }

    // Null: the store was given something else than events, of which it knows nothing more.
    private static bool? EndsRun(ReadOnlySpan<byte> events)
    {
        var last = events[(events.LastIndexOf((byte)'\n') + 1)..];
        return last.StartsWith("{\"type\":"u8) ? last.StartsWith("{\"type\":\"run_ended\""u8) : null;
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _sha256.Dispose();
}
