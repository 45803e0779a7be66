using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Inbox;

/// <summary>Facts that wait for the owners of runs.</summary>
internal static class InboxTable
{
    private const string PostSql = """
        INSERT INTO inbox (run_no, posted_at, fact)
        SELECT run_no, ?2, ?3 FROM runs WHERE id = ?1 AND status NOT IN ('completed', 'failed', 'cancelled')
        """;

    private const string PostDecisionSql = """
        INSERT INTO inbox (run_no, posted_at, fact)
        SELECT r.run_no, ?2, ?3 FROM approvals a JOIN runs r ON r.run_no = a.run_no
        WHERE a.id = ?1 AND a.status = 'open' AND r.status NOT IN ('completed', 'failed', 'cancelled')
          AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.fact_no = a.decision_no)
        """;

    // CROSS JOIN keeps the inbox, which is nearly always empty, outermost.
    private const string ReadSql = """
        SELECT i.fact_no, r.id, i.fact FROM inbox i CROSS JOIN runs r ON r.run_no = i.run_no
        WHERE r.owner = ?1 ORDER BY i.fact_no
        """;

    private const string DiscardSql =
        "DELETE FROM inbox WHERE fact_no = ?1 AND run_no IN (SELECT run_no FROM runs WHERE owner = ?2)";

    /// <summary>Leaves a fact for an open run.</summary>
    /// <returns>Whether there is such a run.</returns>
    public static bool Post(WriteSession session, RunId runId, long postedAt, ReadOnlySpan<byte> fact)
    {
        session.Connection.Prepare(PostSql).Bind(1, runId.Value).Bind(2, postedAt).Bind(3, fact).Run();
        return session.Wrote = session.Connection.Changes > 0;
    }

    /// <summary>Leaves a decision on an open request, unless one waits already. A fact's number is never given again,
    /// so that one which is gone cannot be taken for another.</summary>
    /// <returns>Whether it was left.</returns>
    public static bool PostDecision(WriteSession session, ApprovalId id, long postedAt, ReadOnlySpan<byte> decision)
    {
        var connection = session.Connection;
        connection.Prepare(PostDecisionSql).Bind(1, id.Value).Bind(2, postedAt).Bind(3, decision).Run();
        if (connection.Changes == 0) return false;
        var factNo = connection.LastRowId;
        connection.Prepare("UPDATE approvals SET decision_no = ?2 WHERE id = ?1").Bind(1, id.Value)
            .Bind(2, factNo).Run();
        return session.Wrote = true;
    }

    /// <summary>The facts for the runs of an owner, oldest first.</summary>
    public static IReadOnlyList<InboxItem> Read(Connection connection, string owner)
    {
        var items = new List<InboxItem>();
        var read = connection.Prepare(ReadSql).Bind(1, owner);
        while (read.Step())
            items.Add(new InboxItem(
                read.Integer(0), StoredText.Scalar<RunId>(read.Text(1), connection.Path), read.Blob(2)));
        return items;
    }

    /// <summary>Removes a fact of a run.</summary>
    public static void Remove(Connection connection, long runNo, long factNo) =>
        connection.Prepare("DELETE FROM inbox WHERE fact_no = ?1 AND run_no = ?2").Bind(1, factNo).Bind(2, runNo).Run();

    /// <summary>Removes facts that runs of this process took no notice of.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool Discard(WriteSession session, IReadOnlyList<long> factNos)
    {
        var discard = session.Connection.Prepare(DiscardSql).Bind(2, session.Owner);
        foreach (var factNo in factNos)
        {
            discard.Bind(1, factNo).Run();
            session.Wrote |= session.Connection.Changes > 0;
        }

        return session.Wrote;
    }

    /// <summary>Removes the facts of a run that has ended: nobody will ever take them.</summary>
    public static void Clear(Connection connection, long runNo) =>
        connection.Prepare("DELETE FROM inbox WHERE run_no = ?1").Bind(1, runNo).Run();
}
