using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Journal;

namespace Aos.Storage.Sqlite.Runs;

/// <summary>Removes runs that have ended.</summary>
internal static class Pruner
{
    private static readonly RunStatus[] EndedStatuses = [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled];

    // The plus keeps SQLite from walking the index by status, whose order is another one. Statuses are ours, not a
    // caller's.
    private const string MatchSql = "FROM runs r WHERE +r.status IN ({0}) AND r.ended_at < ?1";

    private const string OlderSql = """
         AND r.run_no < ifnull((SELECT k.run_no FROM runs k WHERE +k.status IN ({0}) ORDER BY k.run_no DESC LIMIT 1 OFFSET ?2), 0)
        """;

    private const string SizeSql =
        "(SELECT sum(s.count) FROM segments s WHERE s.run_no = r.run_no) AS events, "
        + "(SELECT sum(length(s.events)) FROM segments s WHERE s.run_no = r.run_no) AS bytes";

    /// <summary>What would be removed.</summary>
    public static PruneResult Count(Connection connection, PruneRequest request)
    {
        if (Match(request) is not { } match) return new PruneResult(0, 0, 0);
        var count = Bind(
            connection.Prepare($"SELECT count(*), sum(events), sum(bytes) FROM (SELECT {SizeSql} {match})"), request);
        count.Step();
        var result = new PruneResult((int)count.Integer(0), count.Integer(1), count.Integer(2));
        count.Reset();
        return result;
    }

    /// <summary>Removes runs.</summary>
    public static PruneResult Remove(WriteSession session, PruneRequest request)
    {
        if (Match(request) is not { } match) return new PruneResult(0, 0, 0);
        var found = new List<(long RunNo, RunId RunId)>();
        var (events, bytes) = (0L, 0L);
        var find = Bind(
            session.Connection.Prepare($"SELECT r.run_no, r.id, {SizeSql} {match} ORDER BY r.run_no LIMIT ?3"), request)
            .Bind(3, request.Limit);
        while (find.Step())
        {
            found.Add((find.Integer(0), StoredText.Scalar<RunId>(find.Text(1), session.Connection.Path)));
            events += find.Integer(2);
            bytes += find.Integer(3);
        }

        foreach (var (runNo, runId) in found) Remove(session, runNo, runId);
        return new PruneResult(found.Count, events, bytes);
    }

    private static string? Match(PruneRequest request)
    {
        var statuses =
            EndedStatuses.Where(status => request.Statuses.Count == 0 || request.Statuses.Contains(status)).ToList();
        if (statuses.Count == 0) return null;
        var list = string.Join(", ", statuses.Select(status => $"'{StoredText.Of(status)}'"));
        return (request.Keep == 0 ? MatchSql : MatchSql + OlderSql).Replace("{0}", list, StringComparison.Ordinal);
    }

    private static Statement Bind(Statement statement, PruneRequest request)
    {
        statement.Bind(1, StoredTime.From(request.EndedBefore));
        return request.Keep == 0 ? statement : statement.Bind(2, (long)request.Keep - 1);
    }

    private static void Remove(WriteSession session, long runNo, RunId runId)
    {
        var connection = session.Connection;
        session.Wrote = true;
        session.Runs.Forget(runId);
        BlobNames.Remove(connection, runNo);
        foreach (var table in (string[])["segments", "approvals", "inbox", "runs"])
            connection.Prepare($"DELETE FROM {table} WHERE run_no = ?1").Bind(1, runNo).Run();
        connection.Prepare("DELETE FROM charges WHERE run_id = ?1").Bind(1, runId.Value).Run();
    }
}
