using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Testing.Storage;

public sealed partial class MemoryStore
{
    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LedgerRow>> ReadLedgerAsync(string tenant, string day, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<LedgerRow> rows =
            [
                .. state.Ledger
                    .Where(pair => pair.Key.Tenant == tenant && (pair.Key.Start == day || pair.Key.Start == day[..7]))
                    .Select(pair => new LedgerRow(pair.Key.Scope, pair.Key.Name,
                        pair.Key.Start.Length == day.Length ? LedgerPeriod.Day : LedgerPeriod.Month, pair.Key.Start,
                        pair.Value.Held, pair.Value.Spent))
                    .OrderBy(row => row.Period).ThenBy(row => $"{row.Scope}", StringComparer.Ordinal)
                    .ThenBy(row => row.Name, StringComparer.Ordinal),
            ];
            return ValueTask.FromResult(rows);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RunCharge>> ListChargesAsync(ChargeFilter filter, CancellationToken cancel)
    {
        if (filter.Limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, $"A page has 1 to {ListMax} charges.");
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<RunCharge> charges =
            [
                .. state.Charges.Values.Where(charge => charge.Tenant == filter.Tenant)
                    .Select(charge => charge.Charge)
                    .Where(charge => charge.Day.StartsWith(filter.Month, StringComparison.Ordinal)
                        && (filter.AgentId is null || filter.AgentId == charge.AgentId))
                    .OrderByDescending(charge => charge.Held + charge.Spent)
                    .ThenBy(charge => charge.RunId.Value, StringComparer.Ordinal).Take(filter.Limit),
            ];
            return ValueTask.FromResult(charges);
        }
    }

    private static IEnumerable<(LedgerAccount Account, LedgerScope Scope, LedgerPeriod Period)> Accounts(
        LedgerChange change)
    {
        foreach (var (period, start) in ((LedgerPeriod, string)[])[
            (LedgerPeriod.Day, change.Day), (LedgerPeriod.Month, change.Day[..7])])
        {
            yield return
                (new LedgerAccount(change.Tenant, start, LedgerScope.Tenant, change.Tenant),
                    LedgerScope.Tenant, period);
            yield return
                (new LedgerAccount(change.Tenant, start, LedgerScope.Agent, change.AgentId), LedgerScope.Agent, period);
        }
    }

    private bool Fits(LedgerChange change) => change.Held <= Money.Zero || Accounts(change).All(entry =>
        change.Limits.Where(limit => limit.Scope == entry.Scope && limit.Period == entry.Period).All(limit =>
        {
            var (held, spent) = state.Ledger.GetValueOrDefault(entry.Account);
            return (Int128)held.NanoUsd + spent.NanoUsd + change.Held.NanoUsd <= limit.Limit.NanoUsd;
        }));

    private void Change(RunId runId, LedgerChange change)
    {
        foreach (var (account, _, _) in Accounts(change)) Change(account, change.Held, change.Spent);
        foreach (var (skill, cost) in change.Skills)
            foreach (var start in (string[])[change.Day, change.Day[..7]])
                Change(new LedgerAccount(change.Tenant, start, LedgerScope.Skill, skill), Money.Zero, cost);
        var charge = state.Charges.TryGetValue(runId, out var known)
            ? known.Charge
            : new RunCharge(runId, change.AgentId, change.Day, Money.Zero, Money.Zero);
        state.Charges[runId] = (change.Tenant,
            charge with { Held = charge.Held + change.Held, Spent = charge.Spent + change.Spent });
    }

    private void Change(LedgerAccount account, Money held, Money spent)
    {
        var before = state.Ledger.GetValueOrDefault(account);
        state.Ledger[account] = (before.Held + held, before.Spent + spent);
    }

    private IEnumerable<string> LedgerFaults()
    {
        foreach (var (run, (_, charge)) in state.Charges)
            if (charge.Held != Money.Zero && (!state.RunsById.TryGetValue(run, out var known) || known.Row.IsEnded))
                yield return $"The ledger holds money for {run}, which is no open run.";
        foreach (var (account, (held, spent)) in state.Ledger)
        {
            if (account.Scope == LedgerScope.Skill) continue;
            var mine = state.Charges.Values.Where(entry => entry.Tenant == account.Tenant
                && entry.Charge.Day.StartsWith(account.Start, StringComparison.Ordinal)
                && (account.Scope == LedgerScope.Tenant || entry.Charge.AgentId == account.Name)).ToList();
            if (mine.Sum(entry => entry.Charge.Held.NanoUsd) != held.NanoUsd
                || mine.Sum(entry => entry.Charge.Spent.NanoUsd) > spent.NanoUsd)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"The ledger of {(account.Scope == LedgerScope.Tenant ? "tenant" : "agent")} '{account.Name}' "
                        + $"for {account.Start} is not what its runs hold and have spent.");
        }
    }
}
