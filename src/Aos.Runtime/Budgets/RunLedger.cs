using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Budgets;

/// <summary>What the ledger is told of one run: the difference between what it holds for the run and what it should.
/// Not thread-safe.</summary>
/// <param name="tenancies">The days of tenants.</param>
/// <param name="stored">What the store has of the run.</param>
internal sealed class RunLedger(Tenancies tenancies, RunState stored)
{
    private Money _held = HeldFor(stored);
    private bool _settled = stored.Ended is not null;

    /// <summary>What changes with the events up to a state; null where nothing does, as in every run that costs
    /// nothing.</summary>
    public LedgerChange? ChangeTo(RunState state)
    {
        if (_settled) return null;
        var held = HeldFor(state);
        var spent = state.Ended is null ? Money.Zero : state.Spent - state.Inherited;
        _settled = state.Ended is not null;
        if (held == _held && spent == Money.Zero) return null;
        var submitted = state.Submitted!;
        var change = new LedgerChange
        {
            Tenant = submitted.Tenant,
            AgentId = submitted.AgentId,
            // A call that broke its contract, or a run of before there was a ledger: spent without having been held.
            Day = submitted.Hold?.Day ?? tenancies.Of(submitted.Tenant).Calendar.DayOf(submitted.At),
            Held = held - _held,
            Spent = spent,
            Limits = held > _held ? submitted.Hold!.Limits : [],
            Skills = spent == Money.Zero ? [] : CostsOf(state),
        };
        _held = held;
        return change;
    }

    private static Money HeldFor(RunState state) =>
        state.Ended is null && state.Submitted?.Hold is { } hold ? hold.Amount : Money.Zero;

    private static List<SkillCost> CostsOf(RunState state)
    {
        var costs = new SortedDictionary<string, Money>(StringComparer.Ordinal);
        foreach (var step in state.Steps)
            foreach (var call in step.Calls)
                foreach (var attempt in call.History)
                {
                    // What came before a fork was paid by the run that was forked.
                    if (attempt.Started.At < state.Forked?.At) continue;
                    var cost = attempt.Returned?.Cost ?? (attempt.IsLost ? attempt.Started.Reserved : Money.Zero);
                    if (cost == Money.Zero) continue;
                    var skill = attempt.Started.Skill.Value;
                    costs[skill] = costs.GetValueOrDefault(skill) + cost;
                }
        return [.. costs.Select(pair => new SkillCost(pair.Key, pair.Value))];
    }
}
