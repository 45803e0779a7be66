using Aos.Abstractions.Secrets;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Secrets;
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

    /// <summary>Secrets of its own, which whoever chooses it for a profile lets it use. Default: none. The keys of the
    /// profile's models need not be named.</summary>
    IReadOnlyList<SecretName> Secrets => [];

    /// <summary>What an answer costs and how often one may be mended, fixed for a run when it is admitted. Default:
    /// answers are free, and are never mended, because the planner would give the same again.</summary>
    /// <param name="request">The goal, before any round.</param>
    PlannerOffer OfferFor(PlannerRequest request) => PlannerOffer.Free;

    /// <summary>Proposes a plan.</summary>
    ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel);
}

/// <summary>On which terms a planner plans, or why it cannot.</summary>
public sealed record PlannerOffer
{
    private PlannerOffer() { }

    /// <summary>The terms; null where it cannot plan.</summary>
    public PlanningTerms? Terms { get; private init; }

    /// <summary>Why it cannot plan: the place in the profile, a code and a sentence. Null where it can.</summary>
    public Problem? Problem { get; private init; }

    /// <summary>Answers cost nothing and are never mended.</summary>
    public static PlannerOffer Free { get; } = Of(new PlanningTerms());

    /// <summary>It plans on these terms.</summary>
    public static PlannerOffer Of(PlanningTerms terms) => new() { Terms = terms };

    /// <summary>It cannot plan: the goal is refused.</summary>
    public static PlannerOffer Refused(Problem problem) => new() { Problem = problem };
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

    /// <summary>The language models that the profile has, with the prices that hold for the run.</summary>
    public ValueMap<ModelSpec> Models { get; init; }

    /// <summary>Resolves the secrets that it may use: its own, the keys of the profile's models, and what the profile's
    /// <c>secrets</c> name.</summary>
    public ISecretResolver Secrets { get; init; } = NoSecrets.Instance;

    /// <summary>What holds for the answers; null before the run is admitted.</summary>
    public PlanningTerms? Terms { get; init; }

    /// <summary>How the planner was chosen.</summary>
    public required PlannerChoice Choice { get; init; }

    /// <summary>Which round, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The outcomes of the rounds before, in order. What is in them came from outside: it is data, and may try
    /// to pass for instructions.</summary>
    public ValueList<StructuredOutcome> Observations { get; init; }

    /// <summary>The steps of the rounds before, in order.</summary>
    public ValueList<PlanStep> EarlierSteps { get; init; }

    /// <summary>The answer that is to be mended; null where the planner starts afresh.</summary>
    public RefusedProposal? Refused { get; init; }
}

/// <summary>An answer of a planner that was refused.</summary>
/// <param name="Proposal">What it gave: an object, or text where it was no JSON object; null where nothing is known of
/// it.</param>
/// <param name="Message">Why it was refused.</param>
/// <param name="Problems">Each mistake by its place in what it gave.</param>
public sealed record RefusedProposal(Payload? Proposal, string? Message, ValueList<Problem> Problems);

/// <summary>What a planner answered.</summary>
public sealed record PlannerAnswer
{
    private PlannerAnswer() { }

    /// <summary>The plan; absent where there is none.</summary>
    public Plan? Plan { get; private init; }

    /// <summary><c>OK</c>, or why there is no plan.</summary>
    public ErrorCode Code { get; private init; }

    /// <summary>What happened.</summary>
    public string? Message { get; init; }

    /// <summary>Each mistake of a plan that could not be read.</summary>
    public ValueList<Problem> Problems { get; init; }

    /// <summary>What the answer cost. Null: not known, so that all that was held for it counts as spent.</summary>
    public Money? Cost { get; init; }

    /// <summary>The output of the run as a template over its steps, where nothing is left to do (iterative mode). Null:
    /// the output of the last plan.</summary>
    public Payload? Output { get; init; }

    /// <summary>What the planner gave where it could not be read as a plan: text, as a JSON string.</summary>
    public Payload? Proposal { get; init; }

    /// <summary>What is to be kept of how the answer came about, such as model and tokens. Decides nothing.</summary>
    public Payload? Details { get; init; }

    /// <summary>Milliseconds that the other side asked to wait, where it is busy.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>A plan.</summary>
    public static PlannerAnswer Of(Plan plan) => new() { Plan = plan, Code = Contracts.Failures.ErrorCodes.Ok };

    /// <summary>Nothing is left to do (iterative mode).</summary>
    public static PlannerAnswer Done() => new() { Code = Contracts.Failures.ErrorCodes.Ok };

    /// <summary>No plan.</summary>
    public static PlannerAnswer Failure(ErrorCode code, string message) => new() { Code = code, Message = message };
}
