using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;

namespace Aos.Kernel.Budgets;

/// <summary>The most that a plan can cost: every attempt that the catalog ever allows, of every item, at its ceiling,
/// and the same for its fallbacks. Pure.</summary>
public static class WorstCase
{
    /// <summary>Of a whole plan, before anything of it has run.</summary>
    /// <param name="program">The plan.</param>
    /// <param name="contract">The limits of its run.</param>
    /// <param name="catalog">The failure catalog of its run.</param>
    /// <param name="ceilingOf">What one call of a skill can cost.</param>
    public static Money Of(
        PlanProgram program, ResourceContract contract, FailureCatalog catalog, Func<SkillPin, Money> ceilingOf)
    {
        Int128 sum = 0;
        foreach (var step in program.Steps)
            sum += OfStep(step, step.ForEach is null ? 1 : contract.MaxItems, contract, catalog,
                step.Main is { } main ? ceilingOf(main.Skill) : Money.Zero,
                step.Fallback is { } fallback ? ceilingOf(fallback.Skill) : Money.Zero).NanoUsd;
        return AtMost(sum);
    }

    /// <summary>Of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="items">How many items it has at most.</param>
    /// <param name="contract">The limits of its run.</param>
    /// <param name="catalog">The failure catalog of its run.</param>
    /// <param name="one">What an attempt can cost; of one that can be made in several ways, all of them
    /// together.</param>
    /// <param name="other">The same of its fallback.</param>
    public static Money OfStep(
        StepProgram step, int items, ResourceContract contract, FailureCatalog catalog, Money one, Money other)
    {
        if (one == Money.Zero && other == Money.Zero) return Money.Zero;
        return AtMost(
            ((Int128)one.NanoUsd + other.NanoUsd)
                * Math.Min((long)AttemptsOf(step, catalog, ways: 1) * items, contract.MaxAttempts));
    }

    /// <summary>The attempts that one step can make: all that the catalog ever allows, of every item, and the same for
    /// its fallback. The contract of the run stops it before that where it allows fewer.</summary>
    /// <param name="step">The step.</param>
    /// <param name="items">How many items it has at most.</param>
    /// <param name="catalog">The failure catalog of its run.</param>
    /// <param name="ways">In how many ways its calls can be made, each of them as often as one.</param>
    public static long AttemptsOfStep(StepProgram step, int items, FailureCatalog catalog, int ways) =>
        (long)AttemptsOf(step, catalog, ways) * items * ((step.Main is null ? 0 : 1) + (step.Fallback is null ? 0 : 1));

    private static int AttemptsOf(StepProgram step, FailureCatalog catalog, int ways)
    {
        var most = 1;
        foreach (var entry in catalog.Entries) most = Math.Max(most, entry.Retry?.MaxAttempts ?? 1);
        return Math.Min(most * ways, step.Source.Retry?.MaxAttempts ?? int.MaxValue);
    }

    // A sum beyond all money is as good as the largest amount.
    private static Money AtMost(Int128 nanoUsd) => new((long)Int128.Min(nanoUsd, long.MaxValue));
}
