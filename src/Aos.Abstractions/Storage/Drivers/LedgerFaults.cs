namespace Aos.Abstractions.Storage.Drivers;

/// <summary>What can be wrong with a ledger, found in the same way by every engine that knows SQL.</summary>
internal static class LedgerFaults
{
    /// <summary>Holds that no open run has.</summary>
    public const string LeakedSql = """
        SELECT c.run_id FROM charges c WHERE c.held <> 0
          AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = c.run_id AND r.status NOT IN ('completed', 'failed', 'cancelled'))
        """;

    /// <summary>Accounts that hold something else than their runs do, or have spent less than they did: what pruned
    /// runs have spent is in the account alone.</summary>
    public const string UnbalancedSql = """
        SELECT l.scope, l.name, l.start FROM ledger l LEFT JOIN (
            SELECT 'tenant' AS scope, tenant, tenant AS name, day AS start, sum(held) AS held, sum(spent) AS spent
              FROM charges GROUP BY tenant, day
            UNION ALL SELECT 'tenant', tenant, tenant, month, sum(held), sum(spent) FROM charges GROUP BY tenant, month
            UNION ALL SELECT 'agent', tenant, agent_id, day, sum(held), sum(spent) FROM charges GROUP BY tenant, agent_id, day
            UNION ALL SELECT 'agent', tenant, agent_id, month, sum(held), sum(spent) FROM charges GROUP BY tenant, agent_id, month
          ) AS c ON c.scope = l.scope AND c.tenant = l.tenant AND c.name = l.name AND c.start = l.start
        WHERE l.scope <> 'skill' AND (l.held <> coalesce(c.held, 0) OR l.spent < coalesce(c.spent, 0))
        """;

    /// <summary>Says what a row of <see cref="LeakedSql"/> means.</summary>
    public static string Leaked(string run) => $"The ledger holds money for {run}, which is no open run.";

    /// <summary>Says what a row of <see cref="UnbalancedSql"/> means.</summary>
    public static string Unbalanced(string scope, string name, string start) =>
        $"The ledger of {scope} '{name}' for {start} is not what its runs hold and have spent.";
}
