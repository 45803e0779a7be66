using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Runs;

/// <summary>The rows of runs.</summary>
internal static class RunRows
{
    private const string Columns =
        "id, tenant, agent_id, goal, status, waiting_for, code, cost, started_at, ended_at, wake_at, seq, head, "
        + "crashes, reason, owner, epoch";

    private const string InsertSql =
        $"INSERT INTO runs ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
            + "?15, ?16, 1)";

    private const string UpdateSql = """
        UPDATE runs SET tenant = ?2, agent_id = ?3, goal = ?4, status = ?5, waiting_for = ?6, code = ?7, cost = ?8,
          started_at = ?9, ended_at = ?10, wake_at = ?11, seq = ifnull(?12, seq), head = ifnull(?13, head),
          crashes = ?14, reason = ?15
        WHERE run_no = ?1
        """;

    private const string FindSql = $"SELECT {Columns} FROM runs WHERE id = ?1";

    private const string NumberSql = "SELECT run_no FROM runs WHERE id = ?1";

    private const string ListSql = $"SELECT {Columns}, run_no FROM runs WHERE run_no < ?1";
    private const string OfStatus = " AND status = ?3";
    private const string OfTenant = " AND tenant = ?4";
    private const string OfAgent = " AND agent_id = ?5";
    private const string PageOf = " ORDER BY run_no DESC LIMIT ?2";

    /// <summary>Adds the row of a new run, owned by this process.</summary>
    /// <returns>The number of the run.</returns>
    public static long Insert(WriteSession session, JournalSlice slice)
    {
        var row = slice.Row!;
        Bind(session.Connection.Prepare(InsertSql).Bind(1, row.RunId.Value), row)
            .Bind(12, slice.Count).Bind(13, slice.Hash.Span).Bind(16, session.Owner).Run();
        return session.Connection.LastRowId;
    }

    /// <summary>Writes the row of a slice, but not its owner and epoch.</summary>
    public static void Update(Connection connection, long runNo, JournalSlice slice)
    {
        var update = Bind(connection.Prepare(UpdateSql).Bind(1, runNo), slice.Row!);
        if (slice.Count == 0) update.BindNull(12).BindNull(13);
        else update.Bind(12, slice.AfterSeq + slice.Count).Bind(13, slice.Hash.Span);
        update.Run();
    }

    /// <summary>The row of a run; null where there is none.</summary>
    public static RunRow? Find(Connection connection, RunId runId)
    {
        var find = connection.Prepare(FindSql).Bind(1, runId.Value);
        if (!find.Step()) return null;
        var row = Read(connection, find);
        find.Reset();
        return row;
    }

    /// <summary>Rows, newest first. Several statuses are one index walk each, merged.</summary>
    public static IReadOnlyList<RunRow> List(Connection connection, RunFilter filter)
    {
        using var snapshot = connection.BeginSnapshot();
        if (!TryFindEnd(connection, filter.Before, out var end)) return [];
        var found = new List<Numbered>();
        if (filter.Statuses.Count == 0) Walk(connection, Select(connection, filter, ""), end, filter.Limit, found);
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            if (!filter.Statuses.Contains(status)) continue;
            var byStatus = Select(connection, filter, OfStatus).Bind(3, StoredText.Of(status));
            Walk(connection, byStatus, end, filter.Limit, found);
        }

        found.Sort((left, right) => right.RunNo.CompareTo(left.RunNo));
        if (found.Count > filter.Limit) found.RemoveRange(filter.Limit, found.Count - filter.Limit);
        return found.ConvertAll(entry => entry.Row);
    }

    private static Statement Select(Connection connection, RunFilter filter, string ofStatus)
    {
        var list = connection.Prepare(ListSql + ofStatus + (filter.Tenant is null ? "" : OfTenant)
            + (filter.AgentId is null ? "" : OfAgent) + PageOf);
        if (filter.Tenant is { } tenant) list.Bind(4, tenant);
        return filter.AgentId is { } agent ? list.Bind(5, agent) : list;
    }

    private static bool TryFindEnd(Connection connection, RunId? before, out long end)
    {
        end = long.MaxValue;
        if (before is not { } runId) return true;
        var find = connection.Prepare(NumberSql).Bind(1, runId.Value);
        if (!find.Step()) return false;
        end = find.Integer(0);
        find.Reset();
        return true;
    }

    private static void Walk(
        Connection connection, Statement list, long end, int limit, List<Numbered> found)
    {
        list.Bind(1, end).Bind(2, limit);
        while (list.Step()) found.Add(new Numbered(list.Integer(17), Read(connection, list)));
    }

    private sealed record Numbered(long RunNo, RunRow Row);

    private static Statement Bind(Statement statement, RunRow row) => statement
        .Bind(2, row.Tenant).Bind(3, row.AgentId).Bind(4, row.Goal).Bind(5, StoredText.Of(row.Status))
        .Bind(6, StoredText.Of(row.WaitingFor)).Bind(7, row.Code?.Value).Bind(8, row.Cost.NanoUsd)
        .Bind(9, StoredTime.From(row.StartedAt)).Bind(10, StoredTime.From(row.EndedAt))
        .Bind(11, StoredTime.From(row.WakeAt)).Bind(14, row.Crashes).Bind(15, row.Reason);

    private static RunRow Read(Connection connection, Statement row) => new()
    {
        RunId = StoredText.Scalar<RunId>(row.Text(0), connection.Path),
        Tenant = row.Text(1),
        AgentId = row.Text(2),
        Goal = row.TextOrNull(3),
        Status = StoredText.Status(row.Text(4), connection.Path),
        WaitingFor = StoredText.Wait(row.TextOrNull(5), connection.Path),
        Code = row.TextOrNull(6) is { } code ? StoredText.Scalar<ErrorCode>(code, connection.Path) : null,
        Cost = new Money(row.Integer(7)),
        StartedAt = StoredTime.To(row.Integer(8)),
        EndedAt = StoredTime.To(row.IntegerOrNull(9)),
        WakeAt = StoredTime.To(row.IntegerOrNull(10)),
        Seq = row.Integer(11),
        Head = row.Blob(12),
        Crashes = (int)row.Integer(13),
        Reason = row.TextOrNull(14),
        Owner = row.TextOrNull(15),
        Epoch = (int)row.Integer(16),
    };
}
