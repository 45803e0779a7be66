using System.Collections.Frozen;
using System.Collections.Immutable;
using Aos.Contracts.Expressions;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Kernel.Plans;

/// <summary>A pinned plan, compiled: expressions and templates parsed, references resolved, steps ordered. Immutable;
/// one serves every run of the plan.</summary>
public sealed class PlanProgram
{
    private readonly FrozenDictionary<string, int> _byId;

    private PlanProgram(
        PinnedPlan source, ImmutableArray<StepProgram> steps, ImmutableArray<int> order, Expression? output)
    {
        Source = source;
        Steps = steps;
        Order = order;
        Output = output;
        _byId = steps.ToFrozenDictionary(step => step.Id.Value, step => step.Index, StringComparer.Ordinal);
    }

    /// <summary>The plan.</summary>
    public PinnedPlan Source { get; }

    /// <summary>The steps, in the order of the plan.</summary>
    public ImmutableArray<StepProgram> Steps { get; }

    /// <summary>Indexes of the steps such that each comes after all that it depends on, and otherwise in the order of
    /// the plan.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>The expression of the run's output; null where the plan has none.</summary>
    public Expression? Output { get; }

    /// <summary>The index of a step; negative where there is none of that name.</summary>
    public int IndexOf(string id) => _byId.TryGetValue(id, out var index) ? index : -1;

    /// <summary>Compiles a plan that <see cref="PlanValidator"/> accepted.</summary>
    /// <param name="pinned">The plan.</param>
    /// <param name="earlier">The program of the rounds of planning before, whose steps come first; null for
    /// none.</param>
    /// <exception cref="InvalidOperationException">The plan was not validated.</exception>
    public static PlanProgram Compile(PinnedPlan pinned, PlanProgram? earlier = null)
    {
        var merged = earlier is null ? pinned : Merge(earlier.Source, pinned);
        var pins = merged.Skills.ToDictionary(pin => (pin.Name, pin.Version));
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < merged.Plan.Steps.Count; i++) indexes.Add(merged.Plan.Steps[i].Id.Value, i);

        var steps = ImmutableArray.CreateBuilder<StepProgram>(merged.Plan.Steps.Count);
        foreach (var step in merged.Plan.Steps)
            steps.Add(StepProgram.Compile(step, steps.Count, indexes, pins));

        var order = StepGraph.Order([.. steps.Select(step => step.Dependencies)])
            ?? throw new InvalidOperationException("The steps of the plan depend on each other in a circle.");
        var output = merged.Plan.Output is { } text ? StepProgram.Parse(text) : null;
        return new PlanProgram(merged, steps.MoveToImmutable(), order, output);
    }

    private static PinnedPlan Merge(PinnedPlan earlier, PinnedPlan later) => new()
    {
        Plan = later.Plan with { Steps = ValueList.From(earlier.Plan.Steps.Concat(later.Plan.Steps)) },
        Skills = ValueList.From(earlier.Skills.Concat(later.Skills)
            .DistinctBy(pin => (pin.Name, pin.Version))),
    };
}

/// <summary>A step, compiled.</summary>
public sealed class StepProgram
{
    private StepProgram(PlanStep source, int index)
    {
        Source = source;
        Index = index;
        Unreached = new Runs.StepState(this);
    }

    /// <summary>The state of the step before anything of it was started; all runs share it.</summary>
    internal Runs.StepState Unreached { get; }

    /// <summary>The step as the plan has it.</summary>
    public PlanStep Source { get; }

    /// <summary>Its place in the plan, from 0.</summary>
    public int Index { get; }

    /// <summary>Its name.</summary>
    public StepId Id => Source.Id;

    /// <summary>The call; null where the step waits.</summary>
    public CallProgram? Main { get; private init; }

    /// <summary>What the step waits for; null where it calls a skill.</summary>
    public WaitProgram? Wait { get; private init; }

    /// <summary>The call that stands in for a failed one; null where the plan has none.</summary>
    public CallProgram? Fallback { get; private init; }

    /// <summary>The condition; null where there is none.</summary>
    public Expression? When { get; private init; }

    /// <summary>The list that the step is fanned out over; null where it is not.</summary>
    public Expression? ForEach { get; private init; }

    /// <summary>Steps that must have ended first, ascending.</summary>
    public ImmutableArray<int> Dependencies { get; private set; } = [];

    /// <summary>Whether the run goes on when the step fails.</summary>
    public bool ToleratesFailure => Source.OnFailure is OnFailure.Continue;

    internal static StepProgram Compile(PlanStep step, int index, Dictionary<string, int> indexes,
        Dictionary<(SkillName, SkillVersion), SkillPin> pins)
    {
        var program = new StepProgram(step, index)
        {
            Main = step.Skill is { } skill
                ? new CallProgram(Pin(skill, pins), Template.Compile(step.Input), step.TimeoutMs) : null,
            Wait = step.Wait is { } wait ? WaitProgram.Compile(wait) : null,
            Fallback = step.OnFailure is OnFailure.Fallback { Call: var call }
                ? new CallProgram(Pin(call.Skill, pins), Template.Compile(call.Input ?? step.Input), call.TimeoutMs)
                : null,
            When = step.When is { } when ? Parse(when) : null,
            ForEach = step.ForEach is { } forEach ? Parse(forEach) : null,
        };
        program.Dependencies = program.ResolveDependencies(indexes);
        return program;
    }

    internal static Expression Parse(string text) => Expression.TryParse(text, out var expression, out var error)
        ? expression
        : throw new InvalidOperationException($"The plan was not validated: '{text}': {error.Message}");

    private ImmutableArray<int> ResolveDependencies(Dictionary<string, int> indexes)
    {
        var found = new SortedSet<int>();
        foreach (var id in Source.DependsOn) Add(id.Value);
        foreach (var expression in Expressions())
            foreach (var name in expression.MembersOf("steps"))
                Add(name);
        return [.. found];

        // A step of an earlier round of planning is not there until the two plans are compiled as one; the validator
        // has seen to it that there are no others.
        void Add(string name)
        {
            if (indexes.TryGetValue(name, out var dependency)) found.Add(dependency);
        }
    }

    private IEnumerable<Expression> Expressions()
    {
        if (When is not null) yield return When;
        if (ForEach is not null) yield return ForEach;
        foreach (var expression in Main?.Input.Expressions ?? Wait!.Value.Expressions) yield return expression;
        if (Fallback is null) yield break;
        foreach (var expression in Fallback.Input.Expressions) yield return expression;
    }

    private static SkillPin Pin(SkillRef reference, Dictionary<(SkillName, SkillVersion), SkillPin> pins) =>
        pins.Values.FirstOrDefault(pin => reference.Accepts(pin.Name, pin.Version))
        ?? throw new InvalidOperationException($"The plan was not pinned: it has no version of {reference}.");
}

/// <summary>A call of a skill, compiled.</summary>
/// <param name="Skill">The skill in its exact version.</param>
/// <param name="Input">The input template.</param>
/// <param name="TimeoutMs">What the plan says of its time; null where it says nothing.</param>
public sealed record CallProgram(SkillPin Skill, Template Input, int? TimeoutMs);
