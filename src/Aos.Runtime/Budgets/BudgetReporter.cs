using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;
using Aos.Runtime.Journals;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Budgets;

/// <summary>Reads the ledger for people and agents.</summary>
internal sealed class BudgetReporter(RunServices services, Ledger ledger)
{
    private const int SpendersMax = 10;

    /// <summary>What a tenant or one of its agents may spend, and who spent it.</summary>
    public async ValueTask<BudgetReport> ReportAsync(
        string? tenant, string? agent, AgentProfile? profile, CancellationToken cancel)
    {
        var tenancy = services.Tenancies.Of(tenant);
        var day = tenancy.Calendar.DayOf(services.Now);
        agent ??= profile?.AgentId;
        var charges = await services.Store.ListChargesAsync(
            new ChargeFilter { Tenant = tenancy.Id, Month = day[..7], AgentId = agent, Limit = SpendersMax }, cancel)
                .ConfigureAwait(false);
        var limits = profile is not null ? tenancy.LimitsOf(profile.Budget)
            : agent is null ? ValueList.From(tenancy.Limits)
            : ValueList.From(tenancy.Limits.Concat(await LastLimitsAsync(charges, cancel).ConfigureAwait(false)));
        var rows = await services.Store.ReadLedgerAsync(tenancy.Id, day, cancel).ConfigureAwait(false);
        var rates = await RatesAsync(tenancy, agent, profile, cancel).ConfigureAwait(false);
        return new BudgetReport
        {
            Tenant = tenancy.Id,
            AgentId = agent,
            TimeZone = tenancy.Calendar.Zone,
            TenantVersion = tenancy.Profile.Version ?? 1,
            Rates =
                await services.Rates.ReportAsync(tenancy.Id, agent, rates, services.Now, cancel).ConfigureAwait(false),
            Accounts = await ledger.AccountsAsync(tenancy, agent, limits, cancel).ConfigureAwait(false),
            Spenders = ValueList.From(
            [
                .. agent is null ? Spenders(rows, LedgerScope.Agent).Concat(Spenders(rows, LedgerScope.Skill)) : [],
                .. charges.Select(charge => new SpenderReport
                {
                    Kind = "run",
                    Name = charge.RunId.Value,
                    Today = charge.Day == day ? charge.Spent : Money.Zero,
                    Month = charge.Spent,
                    Held = charge.Held,
                }),
            ]),
        };
    }

    // Those of the tenant as they are now; those of an agent by its profile or, as with its limits, by its last run.
    private async ValueTask<IEnumerable<RateLimit>> RatesAsync(
        Tenancy tenancy, string? agent, AgentProfile? profile, CancellationToken cancel)
    {
        var ofTenant = ContractFactory.RatesOf([], tenancy.Profile.Rates);
        if (profile is not null) return ofTenant.Concat(ContractFactory.RatesOf(profile.Limits?.Rates ?? [], []));
        if (agent is null) return ofTenant;
        var newest = await services.Store.ListRunsAsync(
            new RunFilter { Tenant = tenancy.Id, AgentId = agent, Limit = 1 }, cancel).ConfigureAwait(false);
        if (newest is not [var last]) return ofTenant;
        if (await SubmittedAsync(last.RunId, cancel).ConfigureAwait(false) is not { } submitted) return ofTenant;
        await services.Documents.LoadAsync(submitted, cancel).ConfigureAwait(false);
        var contract = services.Documents.Settings(submitted.Settings).Settings.Contract;
        return ofTenant.Concat(contract.Rates.Where(rate => rate.Scope == RateScope.Agent));
    }

    private static IEnumerable<SpenderReport> Spenders(IReadOnlyList<LedgerRow> rows, LedgerScope scope) => rows
        .Where(row => row.Scope == scope && row.Period == LedgerPeriod.Month)
        .OrderByDescending(row => row.Spent + row.Held).ThenBy(row => row.Name, StringComparer.Ordinal)
        .Take(SpendersMax)
        .Select(row => new SpenderReport
        {
            Kind = scope == LedgerScope.Agent ? "agent" : "skill",
            Name = row.Name,
            Today = Ledger.Find(rows, scope, row.Name, LedgerPeriod.Day)?.Spent ?? Money.Zero,
            Month = row.Spent,
            Held = row.Held,
        });

    // The limits of an agent are in its profile, which a name alone does not lead to: the last run says by which it was
    // admitted.
    private async ValueTask<IEnumerable<LedgerLimit>> LastLimitsAsync(
        IReadOnlyList<RunCharge> charges, CancellationToken cancel)
    {
        if (charges.MaxBy(charge => (charge.Day, charge.RunId.Value)) is not { } last) return [];
        return (await SubmittedAsync(last.RunId, cancel).ConfigureAwait(false))?.Hold is { } hold
            ? hold.Limits.Where(limit => limit.Scope == LedgerScope.Agent)
            : [];
    }

    private async ValueTask<RunEvent.RunSubmitted?> SubmittedAsync(RunId run, CancellationToken cancel)
    {
        foreach (var segment in await services.Store.ReadAsync(run, 0, cancel).ConfigureAwait(false))
            foreach (var e in JournalReader.Decode(run, segment))
                if (e is RunEvent.RunSubmitted submitted) return submitted;
        return null;
    }
}
