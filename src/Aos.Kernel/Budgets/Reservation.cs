using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Budgets;

/// <summary>Whether money can be held for an attempt.</summary>
internal enum ReservationVerdict
{
    /// <summary>It can.</summary>
    Hold,

    /// <summary>It can once attempts in flight give back what they do not need.</summary>
    Wait,

    /// <summary>The run's budget does not allow it.</summary>
    RunBudget,

    /// <summary>The step's budget does not allow it.</summary>
    StepBudget,
}

/// <summary>The rule of reservation: spent + held never exceeds the limit.</summary>
internal static class Reservation
{
    // Differences, because a sum with a worst case near the end of the scale would overflow.
    public static ReservationVerdict Judge(RunState state, StepState step, Money worst)
    {
        if (worst == Money.Zero) return ReservationVerdict.Hold;
        if (state.Contract.PerStep is { } perStep)
        {
            var held = Money.Zero;
            foreach (var call in step.Calls) held += call.Reserved;
            if (worst > perStep - step.Cost) return ReservationVerdict.StepBudget;
            if (worst > perStep - step.Cost - held) return ReservationVerdict.Wait;
        }
        if (worst > state.Contract.Budget - state.Spent) return ReservationVerdict.RunBudget;
        return worst > state.Contract.Budget - state.Spent - state.Reserved
            ? ReservationVerdict.Wait
            : ReservationVerdict.Hold;
    }
}
