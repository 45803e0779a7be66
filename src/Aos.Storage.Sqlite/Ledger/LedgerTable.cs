using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Ledger;

/// <summary>The accounts of tenants, agents and skills, and what each run holds or has spent.</summary>
internal static class LedgerTable
{
    private const string FindSql =
        "SELECT held, spent FROM ledger WHERE tenant = ?1 AND period = ?2 AND start = ?3 AND scope = ?4 AND name = ?5";

    private const string ChangeSql = """
        INSERT INTO ledger (tenant, period, start, scope, name, held, spent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET held = held + excluded.held, spent = spent + excluded.spent
        """;

    private const string ChargeSql = """
        INSERT INTO charges (run_id, tenant, agent_id, month, day, held, spent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET held = held + excluded.held, spent = spent + excluded.spent
        """;

    private const string ReadSql = """
        SELECT scope, name, period, start, held, spent FROM ledger
        WHERE tenant = ?1 AND ((period = 'day' AND start = ?2) OR (period = 'month' AND start = ?3))
        ORDER BY period, scope, name
        """;

    private const string ListSql = """
        SELECT run_id, agent_id, day, held, spent FROM charges
        WHERE tenant = ?1 AND month = ?2 AND (?3 IS NULL OR agent_id = ?3)
        ORDER BY spent + held DESC, run_id LIMIT ?4
        """;

    /// <summary>Whether every account has room for a change.</summary>
    public static bool Fits(Connection connection, LedgerChange change)
    {
        if (change.Held <= Money.Zero) return true;
        foreach (var line in LedgerLine.Of(change))
            if (line.Limit is not null)
            {
                var (held, spent) = Find(connection, change.Tenant, line);
                if (!line.FitsInto(held, spent)) return false;
            }
        return true;
    }

    /// <summary>Writes a change of a run.</summary>
    public static void Change(Connection connection, RunId runId, LedgerChange change)
    {
        foreach (var line in LedgerLine.Of(change))
            Name(connection.Prepare(ChangeSql), change.Tenant, line).Bind(6, line.Held.NanoUsd)
                .Bind(7, line.Spent.NanoUsd).Run();
        connection.Prepare(ChargeSql).Bind(1, runId.Value).Bind(2, change.Tenant).Bind(3, change.AgentId)
            .Bind(4, change.Day[..7]).Bind(5, change.Day).Bind(6, change.Held.NanoUsd)
            .Bind(7, change.Spent.NanoUsd).Run();
    }

    /// <summary>The accounts of a day and its month.</summary>
    public static IReadOnlyList<LedgerRow> Read(Connection connection, (string Tenant, string Day) of)
    {
        var rows = new List<LedgerRow>();
        var read = connection.Prepare(ReadSql).Bind(1, of.Tenant).Bind(2, of.Day).Bind(3, of.Day[..7]);
        while (read.Step())
            rows.Add(
                new LedgerRow(
                    LedgerLine.Scoped(read.Text(0)), read.Text(1), LedgerLine.Timed(read.Text(2)), read.Text(3),
                new Money(read.Integer(4)), new Money(read.Integer(5))));
        return rows;
    }

    /// <summary>What runs hold or have spent, the dearest first.</summary>
    public static IReadOnlyList<RunCharge> List(Connection connection, ChargeFilter filter)
    {
        var charges = new List<RunCharge>();
        var list = connection.Prepare(ListSql).Bind(1, filter.Tenant).Bind(2, filter.Month).Bind(3, filter.AgentId)
            .Bind(4, filter.Limit);
        while (list.Step())
            charges.Add(
                new RunCharge(StoredText.Scalar<RunId>(list.Text(0), connection.Path), list.Text(1), list.Text(2),
                new Money(list.Integer(3)), new Money(list.Integer(4))));
        return charges;
    }

    /// <summary>What is wrong with the ledger.</summary>
    public static IReadOnlyList<string> FindFaults(Connection connection, int most)
    {
        var faults = new List<string>();
        var leaked = connection.Prepare(LedgerFaults.LeakedSql);
        while (leaked.Step())
            if (faults.Count < most) faults.Add(LedgerFaults.Leaked(leaked.Text(0)));
        var unbalanced = connection.Prepare(LedgerFaults.UnbalancedSql);
        while (unbalanced.Step())
            if (faults.Count < most)
                faults.Add(LedgerFaults.Unbalanced(unbalanced.Text(0), unbalanced.Text(1), unbalanced.Text(2)));
        return faults;
    }

    private static (Money Held, Money Spent) Find(Connection connection, string tenant, in LedgerLine line)
    {
        var find = Name(connection.Prepare(FindSql), tenant, line);
        if (!find.Step()) return default;
        var found = (new Money(find.Integer(0)), new Money(find.Integer(1)));
        find.Reset();
        return found;
    }

    private static Statement Name(Statement statement, string tenant, in LedgerLine line) => statement
        .Bind(1, tenant).Bind(2, LedgerLine.Word(line.Period)).Bind(3, line.Start)
        .Bind(4, LedgerLine.Word(line.Scope)).Bind(5, line.Name);
}
