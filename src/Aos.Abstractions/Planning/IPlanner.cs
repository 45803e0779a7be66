using Aos.Contracts.Agents;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Planning;

/// <summary>Turns a goal into a plan. Safe for concurrent calls.</summary>
/// <remarks>What it proposes is validated by the kernel and bound by the contract like any other plan. It never makes
/// up a plan where it has none: it says so.</remarks>
public interface IPlanner
{
    /// <summary>The name by which profiles choose it.</summary>
    string Id { get; }

    /// <summary>Proposes a plan.</summary>
    ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel);
}

/// <summary>What a planner is asked.</summary>
public sealed record PlannerRequest
{
    /// <summary>What is to be reached.</summary>
    public required string Goal { get; init; }

    /// <summary>The input of the run.</summary>
    public required Payload Input { get; init; }

    /// <summary>The skills that the contract allows.</summary>
    public ValueList<SkillContract> Skills { get; init; }

    /// <summary>The limits, with what is left of them.</summary>
    public required ResourceContract Contract { get; init; }

    /// <summary>How the planner was chosen.</summary>
    public required PlannerChoice Choice { get; init; }

    /// <summary>Which round, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The outcomes of the rounds before, in order.</summary>
    public ValueList<StructuredOutcome> Observations { get; init; }
}

/// <summary>What a planner answered.</summary>
public sealed record PlannerAnswer
{
    private PlannerAnswer() { }

    /// <summary>The plan; absent where there is none.</summary>
    public Plan? Plan { get; private init; }

    /// <summary><c>OK</c>, or why there is no plan.</summary>
    public ErrorCode Code { get; private init; }

    /// <summary>What happened.</summary>
    public string? Message { get; private init; }

    /// <summary>Each mistake of a plan that could not be read.</summary>
    public ValueList<Problem> Problems { get; init; }

    /// <summary>What the answer cost.</summary>
    public Money Cost { get; init; }

    /// <summary>A plan.</summary>
    public static PlannerAnswer Of(Plan plan) => new() { Plan = plan, Code = Contracts.Failures.ErrorCodes.Ok };

    /// <summary>Nothing is left to do (iterative mode).</summary>
    public static PlannerAnswer Done() => new() { Code = Contracts.Failures.ErrorCodes.Ok };

    /// <summary>No plan.</summary>
    public static PlannerAnswer Failure(ErrorCode code, string message) => new() { Code = code, Message = message };
}
