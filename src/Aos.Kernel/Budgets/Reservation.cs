using Aos.Contracts.Plans;
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
    /// <summary>What is held before an attempt: the declared maximum or, in soft mode, what 19 of 20 such calls have
    /// cost.</summary>
    /// <param name="state">The run.</param>
    /// <param name="skill">The skill.</param>
    /// <param name="worst">What an attempt costs at worst.</param>
    public static Money ToHold(RunState state, SkillPin skill, Money worst)
    {
        if (worst == Money.Zero || state.Submitted!.Hold is not { Learned.IsEmpty: false } hold) return worst;
        foreach (var learned in hold.Learned)
            if (learned.Skill.Accepts(skill.Name, skill.Version)) return Money.Min(worst, learned.P95);
        return worst;
    }

    /// <summary>What an attempt may cost without breaking the contract of its skill: more than what is held for it in
    /// soft mode.</summary>
    public static Money Ceiling(RunState state, StepState step, CallState call, Money held)
    {
        if (state.Submitted!.Hold is not { Learned.IsEmpty: false }) return held;
        if (call.Ways is { Quote: { Ways.IsEmpty: false } quote } ways)
            return Money.Max(held, quote.Ways[ways.Place].Worst);
        var program = call.IsFallback ? step.Program.Fallback : step.Program.Main;
        return Money.Max(held, program?.Skill.Cost?.Worst ?? Money.Zero);
    }

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
        if (worst > state.Limit - state.Spent) return ReservationVerdict.RunBudget;
        return worst > state.Limit - state.Spent - state.Reserved
            ? ReservationVerdict.Wait
            : ReservationVerdict.Hold;
    }
}
