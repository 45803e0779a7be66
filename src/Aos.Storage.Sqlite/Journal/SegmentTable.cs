using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Events as they were appended, whether they are kept so or packed.</summary>
internal static class SegmentTable
{
    // Segments have no gaps, so the one that holds the next event is the last that begins at it or before.
    private const string ReadSql = """
        SELECT first_seq, count, events, hash, links FROM segments
        WHERE run_no = (SELECT run_no FROM runs WHERE id = ?1)
          AND first_seq >= ifnull((SELECT max(first_seq) FROM segments
                WHERE run_no = (SELECT run_no FROM runs WHERE id = ?1) AND first_seq <= ?2 + 1), 0)
          AND first_seq + count - 1 > ?2
        ORDER BY first_seq
        """;

    private const string ReadAllSql =
        "SELECT first_seq, count, events, hash, links FROM segments WHERE run_no = ?1 ORDER BY first_seq";

    /// <summary>The segments of a run that hold events after a sequence number.</summary>
    public static IReadOnlyList<JournalSegment> Read(Connection connection, RunId runId, long afterSeq)
    {
        var segments = new List<JournalSegment>();
        var read = connection.Prepare(ReadSql).Bind(1, runId.Value).Bind(2, afterSeq);
        while (read.Step()) Expand(read, segments, afterSeq, connection.Path);
        return segments;
    }

    /// <summary>All segments of a run by its number.</summary>
    public static List<JournalSegment> ReadAll(Connection connection, long runNo)
    {
        var segments = new List<JournalSegment>();
        var read = connection.Prepare(ReadAllSql).Bind(1, runNo);
        while (read.Step()) Expand(read, segments, afterSeq: 0, connection.Path);
        return segments;
    }

    // A packed row is always the first of its run: only what has ended is packed, and what comes late is appended.
    private static void Expand(Statement row, List<JournalSegment> segments, long afterSeq, string path)
    {
        var (firstSeq, count, events, hash) = (row.Integer(0), row.Integer(1), row.Blob(2), row.Blob(3));
        if (row.IsNull(4))
        {
            segments.Add(new JournalSegment(firstSeq, (int)count, events, hash));
            return;
        }

        var packed = new PackedJournal(events, row.Blob(4));
        var unpacked = packed.Unpack(firstSeq, count, hash);
        if (unpacked is null)
        {
            row.Reset();
            throw SqliteFailure.Damaged(path, $"the packed events from {firstSeq} on cannot be unpacked");
        }

        segments.AddRange(unpacked.Where(segment => segment.FirstSeq + segment.Count - 1 > afterSeq));
    }
}
