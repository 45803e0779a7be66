using System.Diagnostics;
using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>What a change of the ledger comes to, account by account.</summary>
/// <param name="Scope">Whose account.</param>
/// <param name="Name">The tenant, agent or skill.</param>
/// <param name="Period">The kind of period.</param>
/// <param name="Start">The period.</param>
/// <param name="Held">By how much the money held grows.</param>
/// <param name="Spent">By how much the money spent grows.</param>
/// <param name="Limit">The limit that is checked; null where none is.</param>
internal readonly record struct LedgerLine(
    LedgerScope Scope, string Name, LedgerPeriod Period, string Start, Money Held, Money Spent, Money? Limit)
{
    /// <summary>The accounts of a change, each once, always in the same order: the tenant's, which everybody meets at,
    /// come first.</summary>
    public static IEnumerable<LedgerLine> Of(LedgerChange change)
    {
        foreach (var period in (LedgerPeriod[])[LedgerPeriod.Day, LedgerPeriod.Month])
        {
            var start = StartOf(change.Day, period);
            foreach (var scope in (LedgerScope[])[LedgerScope.Tenant, LedgerScope.Agent])
                yield return new LedgerLine(
                    scope, scope == LedgerScope.Tenant ? change.Tenant : change.AgentId, period, start,
                    change.Held, change.Spent, change.Held > Money.Zero ? LimitOf(change, scope, period) : null);
            foreach (var (skill, cost) in change.Skills)
                yield return new LedgerLine(LedgerScope.Skill, skill, period, start, Money.Zero, cost, null);
        }
    }

    /// <summary>Whether an account has room for the line. Differences, because a sum near the end of the scale would
    /// overflow.</summary>
    public bool FitsInto(Money held, Money spent) => Limit is not { } limit || Held <= limit - spent - held;

    /// <summary>The period that a day lies in.</summary>
    public static string StartOf(string day, LedgerPeriod period) => period == LedgerPeriod.Day ? day : day[..7];

    /// <summary>A scope to store.</summary>
    public static string Word(LedgerScope scope) => scope switch
    {
        LedgerScope.Tenant => "tenant",
        LedgerScope.Agent => "agent",
        LedgerScope.Skill => "skill",
        _ => throw new UnreachableException(),
    };

    /// <summary>A kind of period to store.</summary>
    public static string Word(LedgerPeriod period) => period switch
    {
        LedgerPeriod.Day => "day",
        LedgerPeriod.Month => "month",
        _ => throw new UnreachableException(),
    };

    /// <summary>A stored scope.</summary>
    public static LedgerScope Scoped(string word) => word switch
    {
        "tenant" => LedgerScope.Tenant,
        "agent" => LedgerScope.Agent,
        _ => LedgerScope.Skill,
    };

    /// <summary>A stored kind of period.</summary>
    public static LedgerPeriod Timed(string word) => word == "day" ? LedgerPeriod.Day : LedgerPeriod.Month;

    private static Money? LimitOf(LedgerChange change, LedgerScope scope, LedgerPeriod period)
    {
        foreach (var limit in change.Limits)
            if (limit.Scope == scope && limit.Period == period) return limit.Limit;
        return null;
    }
}
