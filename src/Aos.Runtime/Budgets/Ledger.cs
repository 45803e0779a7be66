using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Budgets;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Effects;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Budgets;

/// <summary>Says what the ledger is to hold for a run, and why it has no room. Thread-safe.</summary>
internal sealed class Ledger(RunServices services, LearnedCosts learned)
{
    /// <summary>What is to be held for a run that is being admitted.</summary>
    /// <exception cref="StoreException">The store cannot be read; only in soft mode.</exception>
    public async ValueTask<RunHold?> HoldForAsync(RunEvent.RunSubmitted submitted, CancellationToken cancel)
    {
        var settings = services.Documents.Settings(submitted.Settings).Settings;
        var program = submitted.Plan is { } plan ? services.Documents.Program(plan) : null;
        return await HoldForAsync(settings, program, settings.Contract.Budget, submitted.At, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>What is to be held for a run that goes on from another one.</summary>
    /// <param name="state">The other run, up to where they part.</param>
    /// <param name="edited">The plan that goes on; null where it stays.</param>
    /// <param name="at">When.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">The store cannot be read; only in soft mode.</exception>
    public ValueTask<RunHold?> HoldForAsync(
        RunState state, PlanProgram? edited, DateTimeOffset at, CancellationToken cancel) =>
        // A planner may add plans to what it has planned so far.
        HoldForAsync(state.Settings, state.Submitted!.Plan is null ? null : edited ?? state.Program,
            (state.Contract.Budget - state.Spent).OrZero, at, cancel);

    private async ValueTask<RunHold?> HoldForAsync(
        RunSettings settings, PlanProgram? program, Money budget, DateTimeOffset at, CancellationToken cancel)
    {
        var contract = settings.Contract;
        if (program is not null && IsFree(program.Source)) return null;
        var tenancy = services.Tenancies.Of(contract.Tenant);
        var hold = new RunHold { Day = tenancy.Calendar.DayOf(at), Limits = tenancy.LimitsOf(contract) };
        if (program is null && IsFree(settings)) return hold;
        if (contract.BudgetMode == BudgetMode.Soft)
            hold = hold with { Learned = await learned.OfAsync(contract.Skills, cancel).ConfigureAwait(false) };
        // What depends on inputs is not known yet.
        Money? worst = program is null || program.Source.Skills.Any(skill => skill.Cost?.Quoted == true)
            ? null : WorstCase.Of(program, contract, settings.Catalog, skill => CeilingOf(skill, hold.Learned));
        return hold with { Amount = LedgerRule.ToHold(budget, worst) };
    }

    /// <summary>Whether no call of a plan costs anything.</summary>
    public static bool IsFree(PinnedPlan plan)
    {
        foreach (var skill in plan.Skills)
            if (skill.Cost is { Worst.NanoUsd: > 0 } or { Quoted: true }) return false;
        return true;
    }

    /// <summary>Why there is no room for a hold, as an outcome that says which limit it is, what is left of it and when
    /// its period ends.</summary>
    public async ValueTask<StructuredOutcome> RefuseAsync(
        string tenant, string agent, RunHold hold, Outcomes outcomes, CancellationToken cancel)
    {
        if (await FindShortageAsync(tenant, agent, hold, cancel).ConfigureAwait(false) is not { } shortage)
            return outcomes.Failure(ErrorCodes.TenantBudgetExceeded,
                $"There was no room in the ledger for the {hold.Amount} that the run may cost; meanwhile there is. "
                    + "Try again.");
        var refused = outcomes.Failure(CodeOf(shortage.Scope), Describe(tenant, agent, hold, shortage));
        // Waiting helps only where the period would have room if nothing were spent in it.
        if (hold.Amount > shortage.Limit) return refused;
        var (_, end) = services.Tenancies.Of(tenant).Calendar.BoundsOf(hold.Day, shortage.Period);
        return refused with
        {
            Failure = refused.Failure! with
            {
                RetryAfterMs = Math.Max(0, (long)Math.Ceiling((end - services.Now).TotalMilliseconds))
            },
        };
    }

    /// <summary>The account that has no room for a hold now; null where all have.</summary>
    public async ValueTask<Balance?> FindShortageAsync(
        string tenant, string agent, RunHold hold, CancellationToken cancel)
    {
        var rows = await services.Store.ReadLedgerAsync(tenant, hold.Day, cancel).ConfigureAwait(false);
        return LedgerRule.FindShortage(hold.Limits.Select(limit =>
        {
            var row = Find(rows, limit.Scope, limit.Scope == LedgerScope.Tenant ? tenant : agent, limit.Period);
            return new Balance(
                limit.Scope, limit.Period, limit.Limit, row?.Held ?? Money.Zero, row?.Spent ?? Money.Zero);
        }), hold.Amount);
    }

    /// <summary>The accounts of a tenant and of an agent as they stand now, those with a limit and those
    /// without.</summary>
    /// <param name="tenancy">The tenant.</param>
    /// <param name="agent">The agent; null: the tenant's alone.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<ValueList<AccountReport>> AccountsAsync(
        Tenancy tenancy, string? agent, IReadOnlyList<LedgerLimit> limits, CancellationToken cancel)
    {
        var day = tenancy.Calendar.DayOf(services.Now);
        var rows = await services.Store.ReadLedgerAsync(tenancy.Id, day, cancel).ConfigureAwait(false);
        var accounts = new List<AccountReport>();
        foreach (var (scope, name) in ((LedgerScope, string?)[])[
            (LedgerScope.Tenant, tenancy.Id), (LedgerScope.Agent, agent)])
            foreach (var period in Enum.GetValues<LedgerPeriod>())
                if (name is not null) accounts.Add(Account(tenancy.Calendar, scope, name, period, day, limits, rows));
        return ValueList.From(accounts);
    }

    /// <summary>The code of a refusal.</summary>
    public static ErrorCode CodeOf(LedgerScope scope) =>
        scope == LedgerScope.Agent ? ErrorCodes.AgentBudgetExceeded : ErrorCodes.TenantBudgetExceeded;

    /// <summary>A row of the ledger; null where nothing was counted in it.</summary>
    public static LedgerRow? Find(IReadOnlyList<LedgerRow> rows, LedgerScope scope, string name, LedgerPeriod period)
    {
        foreach (var row in rows)
            if (row.Scope == scope && row.Period == period && row.Name == name) return row;
        return null;
    }

    /// <summary>Which limit it is, what is left of it and when its period ends.</summary>
    public string Describe(string tenant, string agent, RunHold hold, Balance shortage)
    {
        var calendar = services.Tenancies.Of(tenant).Calendar;
        var (_, end) = calendar.BoundsOf(hold.Day, shortage.Period);
        var whose = shortage.Scope == LedgerScope.Tenant ? $"tenant '{tenant}'" : $"agent '{agent}'";
        var period = shortage.Period == LedgerPeriod.Day ? "day" : "month";
        return $"The run may cost {hold.Amount}, and {whose} has {shortage.Free} of its {shortage.Limit} "
            + $"a {period} left: "
            + $"{shortage.Spent} are spent and {shortage.Held} held for open runs. The {period} ends at "
            + end.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)
            + (calendar.Zone == TimeZoneInfo.Utc.Id ? "." : $", midnight in {calendar.Zone}.");
    }

    private static AccountReport Account(
        TenantCalendar calendar, LedgerScope scope, string name, LedgerPeriod period, string day,
        IReadOnlyList<LedgerLimit> limits, IReadOnlyList<LedgerRow> rows)
    {
        var row = Find(rows, scope, name, period);
        var (start, end) = calendar.BoundsOf(day, period);
        var limit = limits.FirstOrDefault(one => one.Scope == scope && one.Period == period)?.Limit;
        var (held, spent) = (row?.Held ?? Money.Zero, row?.Spent ?? Money.Zero);
        return new AccountReport
        {
            Scope = scope,
            Name = name,
            Period = period,
            StartsAt = start,
            EndsAt = end,
            Limit = limit,
            Held = held,
            Spent = spent,
            Free = limit is { } most ? (most - spent - held).OrZero : null,
        };
    }

    // A goal costs nothing only where neither its planner nor any skill that the plan could call does.
    private bool IsFree(RunSettings settings) =>
        (settings.Planner ?? PlannerRunner.DefaultChoice).Id == PlannerRunner.DefaultChoice.Id
        && services.Registry.All.All(skill => skill.Contract.Cost is not ({ Worst.NanoUsd: > 0 } or { Quoted: true })
            || !settings.Contract.Skills.Any(allowed => allowed.Accepts(skill.Contract.Name, skill.Contract.Version)));

    private static Money CeilingOf(SkillPin skill, ValueList<LearnedCost> learned)
    {
        var worst = skill.Cost?.Worst ?? Money.Zero;
        foreach (var one in learned)
            if (one.Skill.Accepts(skill.Name, skill.Version)) return Money.Min(worst, one.P95);
        return worst;
    }
}
