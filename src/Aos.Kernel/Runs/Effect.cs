using System.Collections.Immutable;
using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Something that the kernel asks of the outside. Its answer comes back as a fact.</summary>
public abstract record Effect
{
    private Effect() { } // Closed: these are all the cases.

    /// <summary>Whether the events so far must be durable before this is done: it can change the world or cost money
    /// (output commit).</summary>
    public abstract bool WaitsForDurability { get; }

    /// <summary>Ask the planner. Answered by <c>PlannerAnswered</c>.</summary>
    public sealed record CallPlanner(int Round) : Effect
    {
        /// <inheritdoc />
        public override bool WaitsForDurability => true;
    }

    /// <summary>Ask a skill what an attempt would cost. Answered by <c>CallQuoted</c>.</summary>
    public sealed record QuoteCall : Effect
    {
        /// <summary>The call.</summary>
        public required CallKey Call { get; init; }

        /// <summary>The attempt that it is for.</summary>
        public required int Attempt { get; init; }

        /// <summary>The skill in its exact version.</summary>
        public required SkillPin Skill { get; init; }

        /// <summary>The input.</summary>
        public required Payload Input { get; init; }

        /// <summary>In a simulation, the input in which what is not known is null; null where all is known.</summary>
        public Payload? Known { get; init; }

        /// <summary>Whether this is the fallback of the step.</summary>
        public required bool IsFallback { get; init; }

        /// <inheritdoc />
        public override bool WaitsForDurability => false;
    }

    /// <summary>Make an attempt. Answered by <c>AttemptReturned</c>, once, whatever the skill does.</summary>
    public sealed record InvokeSkill : Effect
    {
        /// <summary>The call.</summary>
        public required CallKey Call { get; init; }

        /// <summary>Which attempt, from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary>The skill in its exact version.</summary>
        public required SkillPin Skill { get; init; }

        /// <summary>The input.</summary>
        public required Payload Input { get; init; }

        /// <summary>The effect class of the call.</summary>
        public required EffectClass Class { get; init; }

        /// <summary>Milliseconds that it may take.</summary>
        public required int TimeoutMs { get; init; }

        /// <summary>Money held for it.</summary>
        public required Money Reserved { get; init; }

        /// <summary>Whether this is the fallback of the step.</summary>
        public required bool IsFallback { get; init; }

        /// <summary>Which of the ways that the skill named it is made in; null: the skill named none.</summary>
        public string? Way { get; init; }

        /// <inheritdoc />
        public override bool WaitsForDurability =>
            Reserved > Money.Zero || Class is not (EffectClass.Pure or EffectClass.Read);
    }

    /// <summary>Stop an attempt. It still comes back, as cancelled or as unknown.</summary>
    public sealed record CancelAttempt(CallKey Call, int Attempt) : Effect
    {
        /// <inheritdoc />
        public override bool WaitsForDurability => false;
    }

    /// <summary>Book a slot for an attempt: the first moment at which it keeps its rates. Answered by
    /// <c>SlotAnswered</c>.</summary>
    public sealed record BookSlot : Effect
    {
        /// <summary>The call.</summary>
        public required CallKey Call { get; init; }

        /// <summary>The rates that it must keep; at least one.</summary>
        public required ImmutableArray<RateLimit> Rates { get; init; }

        /// <summary>A slot at this moment or later is of no use, and is not booked.</summary>
        public required DateTimeOffset Before { get; init; }

        /// <inheritdoc />
        public override bool WaitsForDurability => false;
    }

    /// <summary>The run has ended: nothing else will be asked.</summary>
    public sealed record Finish : Effect
    {
        /// <inheritdoc />
        public override bool WaitsForDurability => true;
    }
}

/// <summary>Names a call of a run: a step, or one item of a fanned-out step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Item">The item, from 0; null for a step that is not fanned out.</param>
public readonly record struct CallKey(StepId Step, int? Item)
{
    /// <summary>The step, with the item in brackets.</summary>
    public override string ToString() => Item is { } item ? $"{Step}[{item}]" : Step.Value;
}
