using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Journal;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Ledger;

/// <summary>The accounts of tenants, agents and skills, and what each run holds or has spent.</summary>
internal static class LedgerTable
{
    private const string ChangeSql = "SELECT * FROM change_ledger($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    private const string ChargeSql = """
        INSERT INTO charges AS c (run_id, tenant, agent_id, month, day, held, spent)
        SELECT run_id, tenant, agent_id, left(day, 7), day, sum(held), sum(spent)
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
          AS g (run_id, tenant, agent_id, day, held, spent)
        GROUP BY run_id, tenant, agent_id, day
        ON CONFLICT (run_id) DO UPDATE SET held = c.held + excluded.held, spent = c.spent + excluded.spent
        """;

    private const string ReadSql = """
        SELECT scope, name, period, start, held, spent FROM ledger
        WHERE tenant = $1 AND ((period = 'day' AND start = $2) OR (period = 'month' AND start = left($2, 7)))
        ORDER BY period, scope, name
        """;

    private const string ListSql = """
        SELECT run_id, agent_id, day, held, spent FROM charges
        WHERE tenant = $1 AND month = $2 AND ($3::text IS NULL OR agent_id = $3)
        ORDER BY spent + held DESC, run_id LIMIT $4
        """;

    /// <summary>Adds the statements for changes. The server refuses them all where one breaks a limit.</summary>
    public static void AddChange(NpgsqlBatch batch, List<(int Number, StagedRun Run, LedgerChange Change)> changes)
    {
        batch.Add(ChargeSql)
            .With(Column(changes, change => change.Run.RunId.Value))
            .With(Column(changes, change => EscapedText.From(change.Change.Tenant)))
            .With(Column(changes, change => EscapedText.From(change.Change.AgentId)))
            .With(Column(changes, change => change.Change.Day))
            .With(Column(changes, change => change.Change.Held.NanoUsd))
            .With(Column(changes, change => change.Change.Spent.NanoUsd));
        var lines = new List<(int Number, string Tenant, LedgerLine Line)>();
        foreach (var (number, _, change) in changes)
            foreach (var line in LedgerLine.Of(change)) lines.Add((number, change.Tenant, line));
        batch.Add(ChangeSql)
            .With(Column(lines, line => line.Number))
            .With(Column(lines, line => EscapedText.From(line.Tenant)))
            .With(Column(lines, line => LedgerLine.Word(line.Line.Period)))
            .With(Column(lines, line => line.Line.Start))
            .With(Column(lines, line => LedgerLine.Word(line.Line.Scope)))
            .With(Column(lines, line => EscapedText.From(line.Line.Name)))
            .With(Column(lines, line => line.Line.Held.NanoUsd))
            .With(Column(lines, line => line.Line.Spent.NanoUsd))
            .With(Column(lines, line => line.Line.Limit?.NanoUsd));
    }

    /// <summary>The numbers of the changes that the server has no room for.</summary>
    public static IEnumerable<int> Refused(PostgresException refusal) =>
        refusal.MessageText.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture));

    /// <summary>The accounts of a day and its month.</summary>
    public static async Task<IReadOnlyList<LedgerRow>> ReadAsync(
        NpgsqlConnection connection, (string Tenant, string Day) of, CancellationToken cancel) =>
        await connection.QueryAsync(ReadSql, static row => new LedgerRow(LedgerLine.Scoped(row.GetString(0)),
                EscapedText.To(row.GetString(1)), LedgerLine.Timed(row.GetString(2)), row.GetString(3),
                new Money(row.GetInt64(4)), new Money(row.GetInt64(5))),
            cancel, Commands.Parameter(EscapedText.From(of.Tenant)), Commands.Parameter(of.Day)).ConfigureAwait(false);

    /// <summary>What runs hold or have spent, the dearest first.</summary>
    public static async Task<IReadOnlyList<RunCharge>> ListAsync(
        NpgsqlConnection connection, (ChargeFilter Filter, string Store) of, CancellationToken cancel) =>
        await connection.QueryAsync(ListSql, row => new RunCharge(StoredText.Scalar<RunId>(row.GetString(0), of.Store),
                EscapedText.To(row.GetString(1)), row.GetString(2), new Money(row.GetInt64(3)),
                new Money(row.GetInt64(4))),
            cancel, Commands.Parameter(EscapedText.From(of.Filter.Tenant)), Commands.Parameter(of.Filter.Month),
            Commands.Parameter(of.Filter.AgentId is { } agent ? EscapedText.From(agent) : null),
            Commands.Parameter<long>(of.Filter.Limit)).ConfigureAwait(false);

    private static TValue[] Column<TItem, TValue>(List<TItem> items, Func<TItem, TValue> value)
    {
        var column = new TValue[items.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(items[i]);
        return column;
    }
}
