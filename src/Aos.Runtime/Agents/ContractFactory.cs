using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime.Budgets;

namespace Aos.Runtime.Agents;

/// <summary>Grants resource contracts: a profile, with the default limits of docs/formats.md where it says
/// nothing.</summary>
internal static class ContractFactory
{
    public static Money DefaultBudget { get; } = Money.FromCents(100);

    /// <summary>The contract of a run, or why it cannot be granted.</summary>
    /// <param name="tenancy">Who pays.</param>
    /// <param name="profile">Who acts.</param>
    /// <param name="budget">The caller's budget for this run; it may be smaller than the profile's, never
    /// larger.</param>
    public static (ResourceContract? Contract, Problem? Problem) Grant(
        Tenancy tenancy, AgentProfile profile, Money? budget)
    {
        var perRun = profile.Budget?.PerRun;
        if (budget is { } asked && perRun is { } allowed && asked > allowed)
            return (null, new Problem("", ErrorCodes.InvalidArgument,
                $"A budget of {asked.Cents} cents was asked for, but profile '{profile.AgentId}' "
                    + $"allows {allowed.Cents} a run."));
        var limits = profile.Limits;
        return (new ResourceContract
        {
            Tenant = tenancy.Id,
            AgentId = profile.AgentId,
            Skills = profile.Skills,
            Network = profile.Network?.Allow ?? [],
            Secrets = profile.Secrets,
            Budget = budget ?? perRun ?? DefaultBudget,
            PerStep = profile.Budget?.PerStep,
            Limits = tenancy.LimitsOf(profile.Budget),
            BudgetMode = profile.Budget?.Mode ?? BudgetMode.Hard,
            MaxSteps = limits?.MaxSteps ?? 200,
            MaxAttempts = limits?.MaxAttempts ?? 1_000,
            MaxParallelSteps = limits?.MaxParallelSteps ?? 64,
            MaxRunMs = (limits?.MaxRunSeconds ?? 7 * 24 * 3600) * 1_000L,
            MaxPlannerRounds = limits?.MaxPlannerRounds ?? 10,
            MaxPlanRepairs = limits?.MaxPlanRepairs ?? 2,
            MaxEvents = 51_200,
            MaxEqualFailures = 5,
            MaxItems = 1_000,
            GraceMs = 10_000,
            ApprovalMs = 24 * 3600 * 1_000L,
            Rates = RatesOf(limits?.Rates ?? [], tenancy.Profile.Rates),
        }, null);
    }

    /// <summary>The rates of an agent and of a tenant, each with whose it is.</summary>
    public static ValueList<RateLimit> RatesOf(ValueList<RateLimit> agent, ValueList<RateLimit> tenant) =>
        agent.IsEmpty && tenant.IsEmpty ? [] :
        [
            .. agent.Select(rate => rate with { Scope = RateScope.Agent }),
            .. tenant.Select(rate => rate with { Scope = RateScope.Tenant }),
        ];
}
