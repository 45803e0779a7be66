using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Kernel.Budgets;

/// <summary>An account of the ledger in one period.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Period">The kind of period.</param>
/// <param name="Limit">The most that it may spend and hold.</param>
/// <param name="Held">Money held for open runs.</param>
/// <param name="Spent">Money spent by runs that have ended.</param>
public readonly record struct Balance(LedgerScope Scope, LedgerPeriod Period, Money Limit, Money Held, Money Spent)
{
    /// <summary>What a new run could hold.</summary>
    public Money Free => (Limit - Spent - Held).OrZero;
}

/// <summary>The rule of the ledger: what a run holds from its admission to its end, and whether there is room for it.
/// Pure. Stores keep the same inequality in the transaction that writes it down.</summary>
public static class LedgerRule
{
    /// <summary>What is held for a run: what its plan can cost, but never more than its budget.</summary>
    /// <param name="budget">The budget of the run.</param>
    /// <param name="worst">The most that its plan can cost; null where there is no plan yet.</param>
    public static Money ToHold(Money budget, Money? worst) => worst is { } most ? Money.Min(budget, most) : budget;

    /// <summary>The first account that has no room for an amount; null where all have. Of several, the one whose period
    /// ends last: when there is room in it, there is room in the others too.</summary>
    /// <param name="balances">The accounts.</param>
    /// <param name="amount">What is to be held.</param>
    public static Balance? FindShortage(IEnumerable<Balance> balances, Money amount)
    {
        Balance? found = null;
        foreach (var balance in balances)
            // Differences, because a sum near the end of the scale would overflow.
            if (amount > balance.Limit - balance.Spent - balance.Held
                && (found is null || balance.Period > found.Value.Period))
                found = balance;
        return found;
    }
}
