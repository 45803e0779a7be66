using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Events as they were appended.</summary>
internal static class SegmentTable
{
    // Segments have no gaps, so the one that holds the next event is the last that begins at it or before.
    private const string ReadSql = """
        SELECT first_seq, count, events, hash FROM segments
        WHERE run_no = (SELECT run_no FROM runs WHERE id = ?1)
          AND first_seq >= ifnull((SELECT max(first_seq) FROM segments
                WHERE run_no = (SELECT run_no FROM runs WHERE id = ?1) AND first_seq <= ?2 + 1), 0)
          AND first_seq + count - 1 > ?2
        ORDER BY first_seq
        """;

    /// <summary>The segments of a run that hold events after a sequence number.</summary>
    public static IReadOnlyList<JournalSegment> Read(Connection connection, RunId runId, long afterSeq)
    {
        var segments = new List<JournalSegment>();
        var read = connection.Prepare(ReadSql).Bind(1, runId.Value).Bind(2, afterSeq);
        while (read.Step())
            segments.Add(new JournalSegment(read.Integer(0), (int)read.Integer(1), read.Blob(2), read.Blob(3)));
        return segments;
    }
}
