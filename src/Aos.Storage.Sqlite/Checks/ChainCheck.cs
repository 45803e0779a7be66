using System.Security.Cryptography;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Checks;

/// <summary>Follows the journal of a run link by link.</summary>
internal sealed class ChainCheck(Connection connection) : IDisposable
{
    private const int HashBytes = 32;

    private const string SegmentsSql =
        "SELECT first_seq, count, events, hash FROM segments WHERE run_no = ?1 ORDER BY first_seq";

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>What is wrong with the journal of a run; null where nothing is.</summary>
    /// <param name="runNo">The run.</param>
    /// <param name="seq">The sequence number that its row names.</param>
    /// <param name="head">The hash that its row names for that number.</param>
    public string? Fault(long runNo, long seq, ReadOnlySpan<byte> head)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        hash.Clear();
        var last = 0L;
        var headFound = false;
        var segments = connection.Prepare(SegmentsSql).Bind(1, runNo);
        try
        {
            while (segments.Step())
            {
                if (segments.Integer(0) != last + 1) return $"event {last + 1} is missing";
                var events = segments.BlobSpan(2);
                if (events.Count((byte)'\n') + 1 != segments.Integer(1))
                    return $"the segment from event {last + 1} does not hold the events that it counts";
                _sha256.AppendData(hash);
                _sha256.AppendData(events);
                _sha256.GetHashAndReset(hash);
                if (!hash.SequenceEqual(segments.BlobSpan(3))) return $"the hash chain is broken at event {last + 1}";
                last += segments.Integer(1);
                headFound |= last == seq && hash.SequenceEqual(head);
            }
        }
        finally
        {
            segments.Reset();
        }

        return headFound ? null : $"its row names event {seq}, which its journal (to event {last}) does not confirm";
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _sha256.Dispose();
}
