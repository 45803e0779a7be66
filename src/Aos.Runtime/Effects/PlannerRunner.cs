using System.Collections.Immutable;
using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Documents;
using Aos.Runtime.Queries;
using Aos.Runtime.Runs;
using Aos.Runtime.Secrets;
using Aos.Runtime.Simulation;
using Aos.Runtime.Skills;

namespace Aos.Runtime.Effects;

/// <summary>Asks planners, and judges what they propose: by the rules of plans, and where the run's terms say so by a
/// simulation. An answer that does not hold is refused, never mended silently; what follows is the kernel's to
/// decide.</summary>
internal sealed class PlannerRunner(
    IReadOnlyList<IPlanner> planners, ISkillRegistry registry, CompiledSkills skills, DocumentCache documents,
    SecretVault secrets, TimeProvider time, IWorkQueue work)
{
    /// <summary>How long a planner may take.</summary>
    private static readonly TimeSpan PlanningTime = TimeSpan.FromSeconds(300);

    /// <summary>The planner that holds where a profile names none.</summary>
    public static PlannerChoice DefaultChoice { get; } = new() { Id = "rule" };

    /// <summary>Whether a planner of that name is registered.</summary>
    public bool Knows(string id) => Find(id) is not null;

    /// <summary>The names of the planners.</summary>
    public IEnumerable<string> Ids => planners.Select(planner => planner.Id).Order(StringComparer.Ordinal);

    /// <summary>The secrets of its own that a chosen planner uses.</summary>
    public IReadOnlyList<SecretName> SecretsOf(PlannerChoice? choice) =>
        Find((choice ?? DefaultChoice).Id)?.Secrets ?? [];

    /// <summary>On which terms the chosen planner plans, or why it cannot.</summary>
    public PlannerOffer OfferFor(PlannerRequest request)
    {
        if (Find(request.Choice.Id) is not { } planner)
            return PlannerOffer.Refused(new Problem("", ErrorCodes.UnknownPlanner, Unknown(request)));
        try
        {
            var offer = planner.OfferFor(request);
            return offer is null or { Terms: null, Problem: null } or { Terms.WorstCost.NanoUsd: < 0 }
                ? PlannerOffer.Refused(
                    new Problem(
                        "", ErrorCodes.PlannerFailed, $"Planner '{planner.Id}' has a defect: it says no terms."))
                : offer;
        }
        catch (Exception error)
        {
            return PlannerOffer.Refused(new Problem("", ErrorCodes.PlannerFailed,
                Defect(planner, $"{error.GetType().Name}: {error.Message}").Message!));
        }
    }

    /// <summary>Asks for a plan, and validates it.</summary>
    public async ValueTask<(PlannerAnswer Answer, PlanCheck? Check)> ProposeAsync(
        PlannerRequest request, PlanProgram? earlier, CancellationToken cancel)
    {
        if (Find(request.Choice.Id) is not { } planner)
            return (PlannerAnswer.Failure(ErrorCodes.UnknownPlanner, Unknown(request)), null);
        var answer = await AskAsync(planner, request, cancel).ConfigureAwait(false);
        if (answer.Plan is not { } plan) return (answer, null);
        var problems = StrictPayload.Check(plan);
        return (answer, problems.Count > 0
            ? new PlanCheck(null, [.. problems])
            : PlanValidator.Validate(plan, skills, request.Contract, earlier));
    }

    /// <summary>Answers a run that asks for a plan.</summary>
    public async ValueTask<(RunEvent.PlannerAnswered Answered, IReadOnlyList<Blob> Blobs)> PlanAsync(
        RunState state, int round, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var (answer, check) = await ProposeAsync(RequestOf(state, round), state.Program, cancel).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var answered = new RunEvent.PlannerAnswered
        {
            At = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            Round = round,
            Code = answer.Code,
            Message = ForeignText.Of(answer.Message),
            Problems = answer.Problems,
            Proposal = answer.Code == ErrorCodes.Ok ? null : answer.Proposal,
            Details = answer.Details,
            RetryAfterMs = answer.RetryAfterMs,
            Cost = answer.Cost ?? state.Settings.Planning?.WorstCost ?? Money.Zero,
            LatencyMs = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 3),
        };
        if (check is { Pinned: null })
            return (Refuse(answered, answer, "breaks", check.Problems), []);
        if (check?.Pinned is { } pinned)
        {
            var blob = documents.Add(pinned);
            answered = answered with { Plan = blob.Digest };
            var failures = state.Settings.Planning?.Simulated == true ? Rehearse(state, answered, pinned.Plan) : [];
            return failures.IsEmpty
                ? (answered, [blob]) : (Refuse(answered with { Plan = null }, answer, "would break", failures), []);
        }
        if (answer is not { Code: var code, Output: { } output } || code != ErrorCodes.Ok) return (answered, []);
        var mistakes = StrictPayload.CheckDocumentValue(output) is { } unreadable
            ? [unreadable with { Pointer = "/output" + unreadable.Pointer }]
            : PlanValidator.ValidateOutput(output, skills, state.Contract, state.Program);
        return mistakes.IsEmpty
            ? (answered with { Output = output }, []) : (Refuse(answered, answer, "breaks", mistakes), []);
    }

    /// <summary>What a planner is told about a goal under a contract.</summary>
    public PlannerRequest RequestOf(
        string goal, Payload input, ResourceContract contract, PlannerChoice? choice, ValueMap<ModelSpec> models) =>
        new()
        {
            Goal = goal,
            Models = models,
            Input = input,
            Contract = contract,
            Secrets = SecretAccess.Of(secrets, contract, settings: null,
                [.. SecretAccess.KeysOf(models), .. SecretsOf(choice)]),
            Choice = choice ?? DefaultChoice,
            Skills = ValueList.From(registry.All.Select(skill => skill.Contract)
            .Where(skill => contract.Skills.Any(allowed => allowed.Accepts(skill.Name, skill.Version)))),
        };

    private PlannerRequest RequestOf(RunState state, int round) => RequestOf(
        state.Submitted!.Goal ?? "", state.Submitted.Input, RunQueries.ContractOf(state, time.GetUtcNow()),
        state.Settings.Planner,
        state.Settings.Models) with
    {
        Terms = state.Settings.Planning,
        Round = round,
        Observations =
            ValueList.From(state.Steps.Select(step => RunReporter.Outcome(state, step)).OfType<StructuredOutcome>()),
        EarlierSteps = ValueList.From(state.Steps.Select(step => step.Program.Source)),
        Refused = state.RefusedAnswer is { } refused && state.PlanRepair > 0
            ? new RefusedProposal(refused.Proposal, refused.Message, refused.Problems)
            : null,
    };

    /// <summary>What a plan would fail of, found by the run's own rules on a virtual clock.</summary>
    private ImmutableArray<Problem> Rehearse(
        RunState state, RunEvent.PlannerAnswered answered, Contracts.Plans.Plan plan)
    {
        var simulator = new Simulator(registry, answered, state);
        var foreseen = simulator.Run();
        var places =
            plan.Steps.Select((step, index) => (step.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var problems = simulator.Failures.Select(failure => failure.Problem with
        {
            Pointer = places.TryGetValue(failure.Step, out var index) ? $"/steps/{index}" : "/steps",
        });
        // What else would end the run, such as its last round, is nothing that another plan mends.
        if (foreseen.Code is { } code && (code == ErrorCodes.RunTimeout || code == ErrorCodes.JournalExceeded))
            problems = problems.Append(new Problem("", code, $"The plan is expected to end with {code}."));
        return [.. problems.Distinct()];
    }

    private static RunEvent.PlannerAnswered Refuse(
        RunEvent.PlannerAnswered answered, PlannerAnswer answer, string verb, ImmutableArray<Problem> problems) =>
        answered with
        {
            Code = ErrorCodes.PlannerInvalidPlan,
            Message = ForeignText.Of(
                $"The plan {verb} {problems.Length} rules; first: {problems[0].Pointer}: {problems[0].Message}"),
            Problems = ForeignText.Of(ValueList.From(problems)),
            Proposal = answer.Proposal ?? ProposalOf(answer),
        };

    // Kept as a value of the journal, which no plan with unreadable parts can be.
    private static Payload? ProposalOf(PlannerAnswer answer)
    {
        if (answer.Plan is not { } plan)
            return answer.Output is { } output && StrictPayload.CheckDocumentValue(output) is null ? output : null;
        return StrictPayload.Check(plan).Count == 0 ? Payload.FromUtf8(AosJson.Write(plan)) : null;
    }

    /// <summary>Asks a planner; whatever it does, there is an answer.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    private async ValueTask<PlannerAnswer> AskAsync(IPlanner planner, PlannerRequest request, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(PlanningTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var span = System.Diagnostics.Activity.Current; // The pool hands over nothing of the caller's.
            var ended = await Supervision.CallAsync(
                told => UnderAsync(span, planner, request, told), inline: false, time, work, stop.Token)
                .ConfigureAwait(false);
            if (ended.Returned) return Clean(Checked(planner, ended.Value));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It stopped as it was told to.
        }
        catch (Exception error)
        {
            return Clean(Defect(planner, $"{error.GetType().Name}: {error.Message}"));
        }
        cancel.ThrowIfCancellationRequested();
        return PlannerAnswer.Failure(ErrorCodes.PlannerFailed,
            $"Planner '{planner.Id}' gave no plan within {PlanningTime.TotalSeconds:0} s.");
    }

    private static async ValueTask<PlannerAnswer> UnderAsync(
        System.Diagnostics.Activity? span, IPlanner planner, PlannerRequest request, CancellationToken told)
    {
        if (span is not null) System.Diagnostics.Activity.Current = span;
        return await planner.PlanAsync(request, told).ConfigureAwait(false);
    }

    private IPlanner? Find(string id) => planners.FirstOrDefault(planner => planner.Id == id);

    private string Unknown(PlannerRequest request) =>
        $"There is no planner '{request.Choice.Id}'; there are {string.Join(", ", Ids)}.";

    private PlannerAnswer Clean(PlannerAnswer answer) => secrets.Redactor is not { } redactor ? answer
        : answer with
        {
            Message = redactor.Clean(answer.Message),
            Problems = redactor.Clean(answer.Problems),
            Proposal = redactor.Clean(answer.Proposal),
            Details = redactor.Clean(answer.Details),
        };

    private static PlannerAnswer Checked(IPlanner planner, PlannerAnswer? answer) => answer switch
    {
        null => Defect(planner, "it answered null"),
        { Code.Value: null } => Defect(planner, "it answered without a code"),
        _ when answer.Cost < Money.Zero => Defect(planner, $"it reported a cost of {answer.Cost}"),
        _ => answer with
        {
            Problems = ForeignText.Of(answer.Problems),
            Proposal = Readable(answer.Proposal),
            Details = Readable(answer.Details),
        },
    };

    private static Payload? Readable(Payload? value) =>
        value is not null && StrictPayload.CheckDocumentValue(value) is null
            ? StrictPayload.Read(value, StrictPayload.ResultLimits).Value : null;

    private static PlannerAnswer Defect(IPlanner planner, string cause) =>
        PlannerAnswer.Failure(
            ErrorCodes.PlannerFailed, ForeignText.Of($"Planner '{planner.Id}' has a defect: {cause}.")!);
}
