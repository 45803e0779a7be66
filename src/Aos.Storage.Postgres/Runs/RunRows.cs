using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Journal;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Runs;

/// <summary>The rows of runs.</summary>
internal static class RunRows
{
    private const string Values =
        "tenant, agent_id, goal, status, waiting_for, code, cost, started_at, ended_at, wake_at, seq, head, crashes, "
        + "reason";

    private const string Columns = $"id, {Values}, owner, epoch";

    private const string Given = """
        unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
          $10::bigint[], $11::bigint[], $12::bigint[], $13::bytea[], $14::int[], $15::text[], $1::
        """;

    private const string InsertSql = $"""
        INSERT INTO runs ({Columns})
        SELECT id, {Values}, $16, 1 FROM {Given}text[]) AS g ({Values}, id)
        RETURNING id, run_no
        """;

    private const string UpdateSql = $"""
        UPDATE runs SET tenant = g.tenant, agent_id = g.agent_id, goal = g.goal, status = g.status,
          waiting_for = g.waiting_for, code = g.code, cost = g.cost, started_at = g.started_at, ended_at = g.ended_at,
          wake_at = g.wake_at, seq = coalesce(g.seq, runs.seq), head = coalesce(g.head, runs.head),
          crashes = g.crashes, reason = g.reason
        FROM {Given}bigint[]) AS g ({Values}, run_no)
        WHERE runs.run_no = g.run_no
        """;

    private const string FindSql = $"SELECT {Columns} FROM runs WHERE id = $1";

    private const string EndSql = """
        CASE WHEN $1::text IS NULL THEN 9223372036854775807 ELSE (SELECT run_no FROM runs WHERE id = $1) END
        """;

    private const string OfWhom = "($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR agent_id = $4)";

    private const string ListSql =
        $"SELECT {Columns} FROM runs WHERE run_no < {EndSql} AND {OfWhom} ORDER BY run_no DESC LIMIT $2";

    // One walk along the index for each status, merged.
    private const string ListByStatusSql = $"""
        SELECT {Columns} FROM unnest($5::text[]) AS wanted CROSS JOIN LATERAL (
          SELECT run_no, {Columns} FROM runs
          WHERE status = wanted AND run_no < {EndSql} AND {OfWhom} ORDER BY run_no DESC LIMIT $2) AS page
        ORDER BY run_no DESC LIMIT $2
        """;

    /// <summary>Adds the statement that begins runs, owned by this process.</summary>
    public static void AddInsert(NpgsqlBatch batch, OwnerName owner, List<StagedRun> runs) =>
        AddColumns(batch.Add(InsertSql).With(runs.ConvertAll(run => run.RunId.Value).ToArray()), runs)
            .With(owner.Value);

    /// <summary>Adds the statement that writes the rows of runs, but not their owner and epoch.</summary>
    public static void AddUpdate(NpgsqlBatch batch, List<StagedRun> runs) =>
        AddColumns(batch.Add(UpdateSql).With(runs.ConvertAll(run => run.Place!.RunNo).ToArray()), runs);

    /// <summary>The row of a run; null where there is none.</summary>
    public static async Task<RunRow?> FindAsync(
        NpgsqlConnection connection, (RunId RunId, string Store) of, CancellationToken cancel) =>
        (await connection.QueryAsync(FindSql, row => Read(row, of.Store), cancel, Commands.Parameter(of.RunId.Value))
            .ConfigureAwait(false)).FirstOrDefault();

    /// <summary>Rows, newest first.</summary>
    public static async Task<IReadOnlyList<RunRow>> ListAsync(
        NpgsqlConnection connection, (RunFilter Filter, string Store) of, CancellationToken cancel)
    {
        var (filter, store) = of;
        var parameters = new List<NpgsqlParameter>
        {
            Commands.Parameter(filter.Before?.Value), Commands.Parameter<long>(filter.Limit),
            Commands.Parameter(filter.Tenant is { } tenant ? EscapedText.From(tenant) : null),
            Commands.Parameter(filter.AgentId is { } agent ? EscapedText.From(agent) : null),
        };
        if (filter.Statuses.Count > 0)
            parameters.Add(Commands.Parameter(filter.Statuses.Distinct().Select(StoredText.Of).ToArray()));
        return await connection.QueryAsync(filter.Statuses.Count > 0 ? ListByStatusSql : ListSql,
            row => Read(row, store), cancel, [.. parameters]).ConfigureAwait(false);
    }

    private static NpgsqlBatchCommand AddColumns(NpgsqlBatchCommand statement, List<StagedRun> runs) => statement
        .With(Column(runs, row => EscapedText.From(row.Tenant)))
        .With(Column(runs, row => EscapedText.From(row.AgentId)))
        .With(Column(runs, row => row.Goal is { } goal ? EscapedText.From(goal) : null))
        .With(Column(runs, row => StoredText.Of(row.Status)))
        .With(Column(runs, row => StoredText.Of(row.WaitingFor)))
        .With(Column(runs, row => row.Code?.Value))
        .With(Column(runs, row => row.Cost.NanoUsd))
        .With(Column(runs, row => StoredTime.From(row.StartedAt)))
        .With(Column(runs, row => StoredTime.From(row.EndedAt)))
        .With(Column(runs, row => StoredTime.From(row.WakeAt)))
        .With(runs.ConvertAll(run => run.RowSeq).ToArray())
        .With(runs.ConvertAll(run => run.RowHead).ToArray())
        .With(Column(runs, row => row.Crashes))
        .With(Column(runs, row => row.Reason is { } reason ? EscapedText.From(reason) : null));

    private static T[] Column<T>(List<StagedRun> runs, Func<RunRow, T> value)
    {
        var column = new T[runs.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(runs[i].Row!);
        return column;
    }

    private static RunRow Read(NpgsqlDataReader row, string store) => new()
    {
        RunId = StoredText.Scalar<RunId>(row.GetString(0), store),
        Tenant = EscapedText.To(row.GetString(1)),
        AgentId = EscapedText.To(row.GetString(2)),
        Goal = row.TextOrNull(3) is { } goal ? EscapedText.To(goal) : null,
        Status = StoredText.Status(row.GetString(4), store),
        WaitingFor = StoredText.Wait(row.TextOrNull(5), store),
        Code = row.TextOrNull(6) is { } code ? StoredText.Scalar<ErrorCode>(code, store) : null,
        Cost = new Money(row.GetInt64(7)),
        StartedAt = StoredTime.To(row.GetInt64(8)),
        EndedAt = StoredTime.To(row.IntegerOrNull(9)),
        WakeAt = StoredTime.To(row.IntegerOrNull(10)),
        Seq = row.GetInt64(11),
        Head = row.Bytes(12),
        Crashes = row.GetInt32(13),
        Reason = row.TextOrNull(14) is { } reason ? EscapedText.To(reason) : null,
        Owner = row.TextOrNull(15),
        Epoch = row.GetInt32(16),
    };
}
