using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Documents;
using Aos.Runtime.Queries;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;

namespace Aos.Runtime.Effects;

/// <summary>Asks planners, and validates what they propose. An answer that is no valid plan is refused, never mended
/// silently.</summary>
internal sealed class PlannerRunner(
    IReadOnlyList<IPlanner> planners, ISkillRegistry registry, CompiledSkills skills, DocumentCache documents, TimeProvider time,
    IWorkQueue work)
{
    /// <summary>How long a planner may take.</summary>
    private static readonly TimeSpan PlanningTime = TimeSpan.FromSeconds(300);

    /// <summary>The planner that holds where a profile names none.</summary>
    public static PlannerChoice DefaultChoice { get; } = new() { Id = "rule" };

    /// <summary>Whether a planner of that name is registered.</summary>
    public bool Knows(string id) => planners.Any(planner => planner.Id == id);

    /// <summary>The names of the planners.</summary>
    public IEnumerable<string> Ids => planners.Select(planner => planner.Id).Order(StringComparer.Ordinal);

    /// <summary>Asks for a plan without a run.</summary>
    public async ValueTask<(PlannerAnswer Answer, PlanCheck? Check)> ProposeAsync(
        PlannerRequest request, PlanProgram? earlier, CancellationToken cancel)
    {
        var planner = planners.FirstOrDefault(planner => planner.Id == request.Choice.Id);
        if (planner is null)
            return (PlannerAnswer.Failure(ErrorCodes.UnknownPlanner,
                $"There is no planner '{request.Choice.Id}'; there are {string.Join(", ", Ids)}."), null);
        var answer = await AskAsync(planner, request, cancel).ConfigureAwait(false);
        if (answer.Plan is not { } plan) return (answer, null);
        var problems = StrictPayload.Check(plan);
        return (answer, problems.Count > 0
            ? new PlanCheck(null, [.. problems])
            : PlanValidator.Validate(plan, skills, request.Contract, earlier));
    }

    /// <summary>Asks a planner; whatever it does, there is an answer.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    private async ValueTask<PlannerAnswer> AskAsync(IPlanner planner, PlannerRequest request, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(PlanningTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var ended = await Supervision.CallAsync(told => planner.PlanAsync(request, told), inline: false, time, work, stop.Token)
                .ConfigureAwait(false);
            if (ended.Returned) return Checked(planner, ended.Value);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It stopped as it was told to.
        }
        catch (Exception error)
        {
            return Defect(planner, $"{error.GetType().Name}: {error.Message}");
        }
        cancel.ThrowIfCancellationRequested();
        return PlannerAnswer.Failure(ErrorCodes.PlannerFailed,
            $"Planner '{planner.Id}' gave no plan within {PlanningTime.TotalSeconds:0} s.");
    }

    private static PlannerAnswer Checked(IPlanner planner, PlannerAnswer? answer) => answer switch
    {
        null => Defect(planner, "it answered null"),
        { Code.Value: null } => Defect(planner, "it answered without a code"),
        _ when answer.Cost < Money.Zero => Defect(planner, $"it reported a cost of {answer.Cost}"),
        _ => answer with { Problems = ForeignText.Of(answer.Problems) },
    };

    private static PlannerAnswer Defect(IPlanner planner, string cause) =>
        PlannerAnswer.Failure(ErrorCodes.PlannerFailed, ForeignText.Of($"Planner '{planner.Id}' has a defect: {cause}.")!);

    /// <summary>Answers a run that asks for a plan.</summary>
    public async ValueTask<(RunEvent.PlannerAnswered Answered, IReadOnlyList<Blob> Blobs)> PlanAsync(
        RunState state, int round, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var (answer, check) = await ProposeAsync(RequestOf(state, round), state.Program, cancel).ConfigureAwait(false);
        var refused = check is { Pinned: null };
        Blob? blob = check?.Pinned is { } pinned ? documents.Add(pinned) : null;
        var now = time.GetUtcNow();
        var answered = new RunEvent.PlannerAnswered
        {
            At = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            Round = round,
            Plan = blob?.Digest,
            Code = refused ? ErrorCodes.PlannerInvalidPlan : answer.Code,
            Message = refused ? $"The plan breaks {check!.Problems.Length} rules; first: {check.Problems[0].Pointer}: "
                + check.Problems[0].Message : ForeignText.Of(answer.Message),
            Problems = refused ? ValueList.From(check!.Problems) : answer.Problems,
            Cost = answer.Cost,
            LatencyMs = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 3),
        };
        return (answered, blob is null ? [] : [blob]);
    }

    /// <summary>What a planner is told about a goal under a contract.</summary>
    public PlannerRequest RequestOf(string goal, Payload input, ResourceContract contract, PlannerChoice? choice) => new()
    {
        Goal = goal,
        Input = input,
        Contract = contract,
        Choice = choice ?? DefaultChoice,
        Skills = ValueList.From(registry.All.Select(skill => skill.Contract)
            .Where(skill => contract.Skills.Any(allowed => allowed.Accepts(skill.Name, skill.Version)))),
    };

    private PlannerRequest RequestOf(RunState state, int round) => RequestOf(
        state.Submitted!.Goal ?? "", state.Submitted.Input, RunQueries.ContractOf(state, time.GetUtcNow()), state.Settings.Planner) with
    {
        Round = round,
        Observations = ValueList.From(state.Steps.Select(step => RunReporter.Outcome(state, step)).OfType<Contracts.Outcomes.StructuredOutcome>()),
    };
}
