using System.Collections.Immutable;
using Aos.Contracts.Agents;
using Aos.Contracts.Plans;

namespace Aos.Kernel.Budgets;

/// <summary>The rule of rates: in no span of a rate's seconds are more calls made than it allows. Pure. The shell
/// applies it to what the store has counted, and the answer is a fact.</summary>
public static class RateRule
{
    /// <summary>The rates that a call of a skill must keep. Those of contracts of before there were scopes bind
    /// nobody.</summary>
    public static ImmutableArray<RateLimit> For(ResourceContract contract, SkillPin skill)
    {
        ImmutableArray<RateLimit>.Builder? found = null;
        foreach (var rate in contract.Rates)
            if (rate.Scope is not null && (rate.Skill is not { } one || one.Accepts(skill.Name, skill.Version)))
                (found ??= ImmutableArray.CreateBuilder<RateLimit>()).Add(rate);
        return found?.ToImmutable() ?? [];
    }

    /// <summary>The first moment, from one on, at which one more call keeps a rate.</summary>
    /// <param name="booked">When calls were or will be made, ascending, in microseconds.</param>
    /// <param name="calls">So many calls.</param>
    /// <param name="spanUs">In no span of so many microseconds more than those.</param>
    /// <param name="fromUs">The earliest moment that is of use.</param>
    public static long FirstSlot(IReadOnlyList<long> booked, int calls, long spanUs, long fromUs)
    {
        var slot = fromUs;
        while (FindCrowd(booked, calls, spanUs, slot) is { } first) slot = first + spanUs;
        return slot;
    }

    /// <summary>The first moment, from one on, at which one more call keeps several rates.</summary>
    /// <param name="windows">What is counted under each, ascending, in microseconds; how many calls; in how many
    /// microseconds.</param>
    /// <param name="fromUs">The earliest moment that is of use.</param>
    public static long FirstSlot(
        IReadOnlyList<(IReadOnlyList<long> Booked, int Calls, long SpanUs)> windows, long fromUs)
    {
        var slot = fromUs;
        while (true)
        {
            var before = slot;
            foreach (var (booked, calls, spanUs) in windows) slot = FirstSlot(booked, calls, spanUs, slot);
            if (slot == before) return slot;
        }
    }

    // The first of the calls that are too close together with one at this moment: it stays too many until a whole span
    // after that one. Of calls + 1 in a row that hold the new one, the first and the last must be a span apart.
    private static long? FindCrowd(IReadOnlyList<long> booked, int calls, long spanUs, long slot)
    {
        var before = 0;
        while (before < booked.Count && booked[before] <= slot) before++;
        for (var first = Math.Max(0, before - calls); first <= before && first + calls <= booked.Count; first++)
        {
            var start = first == before ? slot : booked[first];
            var end = first + calls == before ? slot : booked[first + calls - 1];
            if (end - start < spanUs) return booked[first];
        }
        return null;
    }
}
