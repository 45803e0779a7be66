using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Schema;

namespace Aos.Storage.Sqlite.Inbox;

/// <summary>Facts that wait for the owners of runs.</summary>
internal static class InboxTable
{
    private const string PostSql = """
        INSERT INTO inbox (run_no, posted_at, fact)
        SELECT run_no, ?2, ?3 FROM runs WHERE id = ?1 AND status NOT IN ('completed', 'failed', 'cancelled')
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
