using System.Runtime.CompilerServices;
using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Agents;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;
using Aos.Runtime.Journals;
using Aos.Runtime.Queries;
using Aos.Runtime.Runs;
using Aos.Runtime.Simulation;

namespace Aos.Runtime;

/// <summary>What the runtime can be asked without running anything, and single calls.</summary>
public sealed partial class AosRuntime
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a run that this process works on is looked at all the same: it may have gone to another
    /// one.</summary>
    private static readonly TimeSpan FollowHereInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a look must wait for each that follows a run.</summary>
    private static readonly TimeSpan PausePerFollower = TimeSpan.FromMicroseconds(200);

    /// <summary>Calls one skill under a contract, as a run of one step: journaled, retried, budgeted like any other.
    /// The outcome is that of the step.</summary>
    /// <remarks>Where nobody knows whether the call took effect, and it cannot be repeated, the outcome is
    /// <see cref="OutcomeStatus.Unknown"/> and the run waits for <see cref="SettleAsync"/>, as every run
    /// does.</remarks>
    public async ValueTask<StructuredOutcome> ExecuteAsync(ExecuteRequest request, CancellationToken cancel)
    {
        if (StrictPayload.CheckDocumentValue(request.Input) is { } problem)
            return _outcomes.Failure(
                ErrorCodes.InvalidInput,
                $"{(problem.Pointer.Length == 0 ? "" : $"{problem.Pointer}: ")}{problem.Message}", [problem]);
        var step = StepId.Parse("call");
        var answer = await RunAsync(new RunRequest
        {
            Plan = new Plan
            {
                Steps =
                [
                    new PlanStep
                    {
                        Id = step,
                        Skill = request.Skill,
                        // The input is a value here, not a template.
                        Input = LiteralTemplate.Of(request.Input),
                        TimeoutMs = request.TimeoutMs,
                        Retry = request.MaxAttempts is { } most ? new StepRetry { MaxAttempts = most } : null,
                    },
                ],
            },
            Profile = request.Profile,
            Budget = request.Budget,
            IdempotencyKey = request.IdempotencyKey,
            Tenant = request.Tenant,
            RequestedBy = request.RequestedBy,
            TraceParent = request.TraceParent,
            Tainted = request.Tainted,
        }, cancel).ConfigureAwait(false);
        if (answer.Value is not { } report) return Unwrap(answer.Outcome);
        if (report.Steps is [{ Outcome: { } outcome }, ..]) return outcome;
        if (report.WaitingFor == WaitReason.UnknownOutcome
            && await FoldAsync(report.RunId, cancel).ConfigureAwait(false) is { } state
            && RunReporter.Unsettled(state, state.Steps[0]) is { } unsettled) return unsettled;
        // The run of the same key, which another process works on or has left.
        return report.Code is null
            ? _outcomes.Failure(
                ErrorCodes.RunOwned, $"The call was begun as run {report.RunId} and has not ended; where its "
                + "process is gone, `aos resume` goes on with it.", run: report.RunId)
            : _outcomes.Failure(report.Code.Value, report.Message ?? "The call did not end.", run: report.RunId);
    }

    /// <summary>Describes a skill as <see cref="DescribeSkill"/> does, and adds <c>statistics</c>: how its calls went
    /// in the newest runs of this store, in any version.</summary>
    /// <param name="reference">A skill reference, such as <c>http_call</c> or <c>http_call@1</c>.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="tenant">Whose runs are counted; null: those of all tenants.</param>
    /// <remarks>The figures are read from the journals of at most 200 runs, each time
    /// anew: they hold for all processes of the store, and say over how many runs they are.</remarks>
    public ValueTask<StructuredOutcome> DescribeSkillAsync(
        string reference, CancellationToken cancel, string? tenant = null) => GuardAsync(async () =>
    {
        var described = DescribeSkill(reference);
        if (described.Result is not { } contract) return described;
        var statistics = new SkillStatistics(SkillRef.Parse(reference).Name);
        await statistics.ReadAsync(_services.Store, tenant, cancel).ConfigureAwait(false);
        return described with { Result = SkillDescription.With(contract, statistics.ToJson()) };
    });

    /// <summary>Describes a skill: its contract in the highest version that the reference accepts, and the other
    /// versions.</summary>
    /// <param name="reference">A skill reference, such as <c>http_call</c> or <c>http_call@1</c>.</param>
    public StructuredOutcome DescribeSkill(string reference)
    {
        if (!SkillRef.TryParse(reference, out var skillRef))
            return _outcomes.Failure(ErrorCodes.InvalidArgument, $"'{reference}' is not {SkillRef.Rule}.");
        if (!Skills.TryResolve(skillRef, out var skill))
        {
            var versions = _services.Skills.VersionsOf(skillRef.Name);
            var like = _services.Skills.NamesLike(skillRef.Name);
            return versions.Count > 0
                ? _outcomes.Failure(ErrorCodes.SkillVersionMissing,
                    $"No version of '{skillRef.Name}' is '{skillRef.Range}'; there are {string.Join(", ", versions)}.")
                : _outcomes.Failure(ErrorCodes.UnknownSkill, $"There is no skill '{skillRef.Name}'."
                    + (like.Count > 0 ? $" Did you mean '{like[0]}'?" : "") + " `aos skills` lists them.");
        }
        return _outcomes.Success(SkillDescription.Of(skill.Contract, _services.Skills.VersionsOf(skillRef.Name)));
    }

    /// <summary>Answers a question about a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="name">The query; an unknown name is answered with the known ones.</param>
    /// <param name="arguments">Its arguments, an object; null for none.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <remarks>A run that this process works on is asked as far as its journal is durable, without reading
    /// it.</remarks>
    public ValueTask<StructuredOutcome> QueryAsync(
        RunId runId, string name, Payload? arguments, CancellationToken cancel) => GuardAsync(async () =>
    {
        var live = _host.Find(runId) is { IsAlive: true } loop ? loop.Shown : null;
        var state = live?.Submitted is null ? await FoldAsync(runId, cancel).ConfigureAwait(false) : live;
        return state is null ? UnknownRun<RunReport>(runId).Outcome
            : await AnswerAsync(state, name, arguments, cancel).ConfigureAwait(false);
    });

    // What a plan asks. A run sees itself as it stands at this moment, also what is not durable yet: the answer comes
    // after that in its journal. Of others it sees those of its agent, and of those what is durable.
    private ValueTask<StructuredOutcome> AnswerAsync(
        SkillCall call, RuntimeQuestion question, CancellationToken cancel) => GuardAsync(async () =>
    {
        var asked = question.RunId!.Value;
        var loop = _host.Find(asked) is { IsAlive: true } alive ? alive : null;
        var state = asked == call.RunId ? loop?.Current : loop?.Shown;
        if (state?.Submitted is null) state = await FoldAsync(asked, cancel).ConfigureAwait(false);
        return state?.Submitted is { } submitted && submitted.Tenant == call.Tenant && submitted.AgentId == call.AgentId
            ? await AnswerAsync(state, question.Query, question.Arguments, cancel).ConfigureAwait(false)
            : _outcomes.Failure(ErrorCodes.UnknownRun, $"Agent '{call.AgentId}' has no run {asked}.");
    });

    private async ValueTask<StructuredOutcome> AnswerAsync(
        RunState state, string name, Payload? arguments, CancellationToken cancel)
    {
        var runId = state.Submitted!.RunId;
        var tenancy = _services.Tenancies.Of(state.Contract.Tenant);
        var accounts = RunQueries.AsksForAccounts(name)
            ? await _ledger.AccountsAsync(tenancy, state.Contract.AgentId, tenancy.LimitsOf(state.Contract), cancel)
                .ConfigureAwait(false)
            : [];
        var records = RunQueries.AsksForRecords(name)
            ? await _failures.RecordsAsync(state.Contract.Tenant, cancel).ConfigureAwait(false) : [];
        var context = new QueryContext(state, Skills, arguments, _services.Now, accounts, records);
        if (RunQueries.Refuse(name, context) is { } mistake)
            return _outcomes.Failure(
                mistake.Code, mistake.Message, mistake.Pointer.Length > 0 ? [mistake] : null, runId);
        if (RunQueries.TryAnswer(name, context, out var answer)) return _outcomes.Success(answer, runId);
        return _outcomes.Failure(
            ErrorCodes.UnknownQuery,
            $"There is no query '{name}'; there are {string.Join(", ", RunQueries.AllNames)}.", run: runId);
    }

    /// <summary>The names that <see cref="QueryAsync"/> knows.</summary>
    public static IReadOnlyList<string> Queries => RunQueries.AllNames;

    /// <summary>The resource contract that a run of this profile would be granted.</summary>
    /// <param name="profile">Who acts.</param>
    /// <param name="budget">The most that the run may spend; null: what the profile says.</param>
    /// <param name="tenant">Whose run it would be. Absent: the runtime's own tenant.</param>
    public StructuredOutcome GetResourceContract(AgentProfile profile, Money? budget, string? tenant = null)
    {
        var (contract, problem) = ContractFactory.Grant(_services.Tenancies.Of(tenant), profile, budget);
        return contract is null
            ? _outcomes.Failure(problem!.Code, problem.Message)
            : _outcomes.Success(Payload.FromUtf8(AosJson.Write(contract)));
    }

    /// <summary>The resource contract of a run, with what is left of it.</summary>
    public ValueTask<StructuredOutcome> GetResourceContractAsync(RunId runId, CancellationToken cancel) =>
        QueryAsync(runId, "resource_contract", arguments: null, cancel);

    /// <summary>The code of a refusal for these problems, where all of them are something that the agent may not do;
    /// null where there are others.</summary>
    public static ErrorCode? GapCode(IReadOnlyList<Problem> problems) => PlanInspection.GapCode(problems);

    /// <summary>What a profile asks for that this runtime does not have, by its place. A plan can be run all the same;
    /// a goal that needs it is refused.</summary>
    public IReadOnlyList<Problem> Examine(AgentProfile profile) =>
        profile.Planner is { } choice && !_services.Planning.Knows(choice.Id)
            ? [new Problem("/planner/id", ErrorCodes.UnknownPlanner, $"There is no planner '{choice.Id}'; there are "
                + $"{string.Join(", ", _services.Planning.Ids)}. A plan needs none, but a goal of this agent is "
                + "refused.")]
            : [];

    /// <summary>Asks the profile's planner for a plan, without running it. A planner whose answers cost money is not
    /// asked: it is paid from the budget of a run.</summary>
    public ValueTask<Answer<Plan>> PlanAsync(RunRequest request, CancellationToken cancel) => GuardAsync(async () =>
    {
        var admitted = _admission.Admit(request with { Plan = null }, refuseGaps: false);
        if (admitted.Value is not { } run) return new Answer<Plan>(null, admitted.Outcome);
        var settings = _services.Documents.Settings(run.Submitted.Settings).Settings;
        if (settings.Planning is { } terms && terms.WorstCost > Money.Zero)
            return _outcomes.Refuse<Plan>(ErrorCodes.InvalidArgument, $"Planner '{settings.Planner?.Id}' may cost "
                + $"{terms.WorstCost.Cents} cents an answer, which only a run pays for. Run the goal, or give a plan.");
        var (answer, check) = await ProposeAsync(request, settings, cancel).ConfigureAwait(false);
        if (answer.Plan is not { } plan)
            return _outcomes.Refuse<Plan>(answer.Code == ErrorCodes.Ok ? ErrorCodes.PlannerNoPlan : answer.Code,
                answer.Message ?? "The planner has nothing to do for this goal.", answer.Problems);
        return check!.Pinned is null
            ? _outcomes.Refuse<Plan>(
                ErrorCodes.PlannerInvalidPlan, $"The planner's plan breaks {check.Problems.Length} rules.",
                check.Problems)
            : _outcomes.Of(plan);
    });

    // A planner that mends its answers is given as many chances as in a run.
    private async ValueTask<(PlannerAnswer Answer, PlanCheck? Check)> ProposeAsync(
        RunRequest request, RunSettings settings, CancellationToken cancel)
    {
        var repairs = Math.Min(settings.Planning?.MaxRepairs ?? 0, settings.Contract.MaxPlanRepairs);
        var asked = _services.Planning.RequestOf(
            request.Goal!, request.Input, settings.Contract, settings.Planner, settings.Models) with
        {
            Terms = settings.Planning,
        };
        while (true)
        {
            var (answer, check) =
                await _services.Planning.ProposeAsync(asked, earlier: null, cancel).ConfigureAwait(false);
            var isRefused = answer.Code == ErrorCodes.PlannerInvalidPlan || check is { Pinned: null };
            if (!isRefused || asked.Round > repairs) return (answer, check);
            asked = asked with
            {
                Round = asked.Round + 1,
                Refused = new RefusedProposal(
                    answer.Proposal, answer.Message, check is null ? answer.Problems : ValueList.From(check.Problems)),
            };
        }
    }

    /// <summary>Foresees a run: cost, time, permissions and risk, by the same kernel on a virtual clock. Where a goal
    /// is given and its planner costs money, nobody is asked, and what is foreseen are bounds.</summary>
    public ValueTask<Answer<Contracts.Runs.Simulation>> SimulateAsync(RunRequest request, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        var isFirstOfMany = request.Plan is null && request.Profile.Planner?.Mode == PlannerMode.Iterative;
        if (request.Plan is null)
        {
            var asked = _admission.Admit(request, refuseGaps: false);
            if (asked.Value is not { } goal) return new Answer<Contracts.Runs.Simulation>(null, asked.Outcome);
            var settings = _services.Documents.Settings(goal.Submitted.Settings).Settings;
            if (settings.Planning is { } terms && terms.WorstCost > Money.Zero)
                return _outcomes.Of(PlanningBounds.Of(settings, terms));
            var planned = await PlanAsync(request, cancel).ConfigureAwait(false);
            if (planned.Value is null) return new Answer<Contracts.Runs.Simulation>(null, planned.Outcome);
            request = request with { Plan = planned.Value, Tainted = settings.Planning?.Tainted == true };
        }
        var admitted = _admission.Admit(request with { IdempotencyKey = null }, refuseGaps: false);
        if (admitted.Value is not { } run) return new Answer<Contracts.Runs.Simulation>(null, admitted.Outcome);
        if (!run.IsFree) run = await HoldAsync(run, cancel).ConfigureAwait(false);
        var simulation = new Simulator(Skills, run.Submitted, RunState.Empty(_services.Documents)).Run();
        if (run.Submitted.Hold is { } hold)
            simulation = await WithHoldAsync(simulation, run.Submitted, hold, cancel).ConfigureAwait(false);
        return _outcomes.Of(simulation with
        {
            Risks = [.. simulation.Risks, .. isFirstOfMany ? PlanningBounds.FirstOfMany : []],
        });
    });

    /// <summary>Foresees a run under several budgets, in their order: what each would make of it, whatever the profile
    /// allows a run.</summary>
    /// <param name="request">The run.</param>
    /// <param name="budgets">The budgets of the run.</param>
    /// <param name="cancel">Ends the call.</param>
    public ValueTask<Answer<IReadOnlyList<BudgetTrial>>> SimulateBudgetsAsync(
        RunRequest request, IReadOnlyList<Money> budgets, CancellationToken cancel) => GuardAsync(async () =>
    {
        var trials = new List<BudgetTrial>(budgets.Count);
        foreach (var budget in budgets)
        {
            var profile =
                request.Profile with { Budget = (request.Profile.Budget ?? new BudgetSpec()) with { PerRun = budget } };
            var foreseen =
                await SimulateAsync(request with { Profile = profile, Budget = budget }, cancel).ConfigureAwait(false);
            if (foreseen.Value is null) return new Answer<IReadOnlyList<BudgetTrial>>(null, foreseen.Outcome);
            trials.Add(new BudgetTrial { Budget = budget, Simulation = foreseen.Value });
        }
        return _outcomes.Of<IReadOnlyList<BudgetTrial>>(trials);
    });

    // What the ledger would say now: whether there is room, and what soft mode leaves open.
    private async ValueTask<Contracts.Runs.Simulation> WithHoldAsync(
        Contracts.Runs.Simulation simulation, RunEvent.RunSubmitted run, RunHold hold, CancellationToken cancel)
    {
        var risks = simulation.Risks.ToList();
        foreach (var cost in hold.Learned)
            risks.Add(
                new Risk(
                    null, "SOFT_BUDGET",
                    $"Soft mode holds {cost.P95} for a call of {cost.Skill}, which 95% of its last "
                + $"{cost.Calls} calls did not exceed: the run can spend more than is held for it."));
        var shortage = await _ledger.FindShortageAsync(run.Tenant, run.AgentId, hold, cancel).ConfigureAwait(false);
        if (shortage is { } full)
            risks.Add(new Risk(null, "LEDGER_FULL", _ledger.Describe(run.Tenant, run.AgentId, hold, full)));
        return simulation with
        {
            Hold = hold.Amount,
            BudgetOk = simulation.BudgetOk && shortage is null,
            Feasible = simulation.Feasible && shortage is null,
            Code = shortage is { } none ? Ledger.CodeOf(none.Scope) : simulation.Code,
            Risks = ValueList.From(risks),
        };
    }

    /// <summary>What the tenant, or one of its agents, may spend, holds and has spent, and who spent it.</summary>
    /// <param name="agent">The agent; null: all of them.</param>
    /// <param name="profile">Its profile, where the caller has it: the limits are read there. Otherwise they are those
    /// by which its last run was admitted.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="tenant">The tenant. Absent: the runtime's own.</param>
    public ValueTask<Answer<BudgetReport>> BudgetAsync(
        string? agent, AgentProfile? profile, CancellationToken cancel, string? tenant = null) => GuardAsync(async () =>
        _outcomes.Of(
            await new BudgetReporter(_services, _ledger).ReportAsync(tenant, agent, profile, cancel)
                .ConfigureAwait(false)));

    /// <summary>How often calls failed, by skill and code, and what trying again brought.</summary>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="tenant">Whose runs are counted. Absent: those of all tenants.</param>
    /// <remarks>Counted from the journals of at most 200 runs, the newest; what was counted holds for a
    /// minute.</remarks>
    public ValueTask<Answer<IReadOnlyList<RecoveryRecord>>> RecoveryAsync(
        CancellationToken cancel, string? tenant = null) => GuardAsync(async () =>
        _outcomes.Of(await _failures.RecordsAsync(tenant, cancel).ConfigureAwait(false)));

    /// <summary>How well the estimates of skills foretold what their calls cost and took, in the newest runs.</summary>
    /// <param name="runsMax">How many runs are read at most, 1 or more.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="tenant">Whose runs are read. Absent: those of all tenants.</param>
    public ValueTask<Answer<CalibrationReport>> CalibrationAsync(
        int runsMax, CancellationToken cancel, string? tenant = null) => GuardAsync(async () =>
    {
        var calibration = new Calibration();
        await calibration.ReadAsync(_services.Store, tenant, runsMax, cancel).ConfigureAwait(false);
        return _outcomes.Of(calibration.Report());
    });

    /// <summary>The failed attempts of the newest runs, run by run, the newest run first.</summary>
    /// <param name="runsMax">How many runs are read at most, 1 or more.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <param name="tenant">Whose runs are read. Absent: those of all tenants.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public IAsyncEnumerable<FailureLogEntry> FailureLogAsync(
        int runsMax, CancellationToken cancel, string? tenant = null) =>
        _failures.LogAsync(tenant, runsMax, cancel);

    /// <summary>The events of a run, as far as they are durable.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="follow">Whether to go on with events that come later, until the run ends. A run that is not there
    /// is not waited for.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="StoreException">The journal cannot be read.</exception>
    public IAsyncEnumerable<TraceLine> TraceAsync(RunId runId, bool follow, CancellationToken cancel) =>
        TraceAsync(runId, afterSeq: 0, follow, cancel);

    /// <summary>The events of a run after one of them, as far as they are durable.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="afterSeq">The number of the last event that is known; 0 for all.</param>
    /// <param name="follow">Whether to go on with events that come later, until the run ends. A run that is not there
    /// is not waited for.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="StoreException">The journal cannot be read.</exception>
    public async IAsyncEnumerable<TraceLine> TraceAsync(
        RunId runId, long afterSeq, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var followed = follow ? _followers.Enter(runId) : null;
        try
        {
            var seq = afterSeq;
            var ended = false;
            while (true)
            {
                var (next, looked) = (followed?.Next, _services.Time.GetTimestamp());
                // Asked before the events are read: what ended before has all its events in what is read then.
                ended |= seq == afterSeq
                    && await _services.Store.FindRunAsync(runId, cancel).ConfigureAwait(false) is null
                        or { IsEnded: true };
                foreach (var segment in await _services.Store.ReadAsync(runId, seq, cancel).ConfigureAwait(false))
                {
                    // A segment may begin before the event that was asked for.
                    foreach (var e in JournalReader.Decode(runId, segment).Skip((int)(seq + 1 - segment.FirstSeq)))
                    {
                        ended |= e is RunEvent.RunEnded;
                        yield return new TraceLine(++seq, e);
                    }
                }
                if (next is null || ended) yield break;
                await WhenWrittenAsync(runId, next, looked, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            if (followed is not null) _followers.Leave(followed);
        }
    }

    // What this process writes, it is told of; what others write is looked for. The more there are who follow, the
    // seldomer each of them looks, so that together they ask the store for at most some thousands of reads a second.
    private async ValueTask WhenWrittenAsync(RunId runId, Task next, long looked, CancellationToken cancel)
    {
        var pause = PausePerFollower * _followers.Count;
        var isHere = _host.Find(runId) is { IsAlive: true } || _host.IsUnloaded(runId);
        await next.WaitAsync(isHere ? FollowHereInterval : FollowInterval + pause, _services.Time, cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (pause - _services.Time.GetElapsedTime(looked) is { TotalMilliseconds: >= 1 } left)
            await Task.Delay(left, _services.Time, cancel).ConfigureAwait(false);
    }

    /// <summary>Rows of runs, newest first.</summary>
    public ValueTask<Answer<IReadOnlyList<RunRow>>> ListRunsAsync(RunFilter filter, CancellationToken cancel) =>
        GuardAsync(async () =>
        _outcomes.Of(await _services.Store.ListRunsAsync(filter, cancel).ConfigureAwait(false)));

    /// <summary>Approval requests, oldest first, as they stand now: among the open ones of the store are those that
    /// have expired, until their run takes notice of it.</summary>
    public ValueTask<Answer<IReadOnlyList<ApprovalRow>>> ListApprovalsAsync(bool openOnly, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        var rows = await _services.Store.ListApprovalsAsync(openOnly, cancel).ConfigureAwait(false);
        return _outcomes.Of<IReadOnlyList<ApprovalRow>>([.. rows.Select(row => row.StandingAt(_services.Now))]);
    });

    /// <summary>One approval request, as it stands now.</summary>
    public ValueTask<Answer<ApprovalRow>> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        GuardAsync(async () =>
        await _services.Store.FindApprovalAsync(id, cancel).ConfigureAwait(false) is { } row
            ? _outcomes.Of(row.StandingAt(_services.Now), run: row.RunId)
            : UnknownApproval(id));

    internal Answer<ApprovalRow> UnknownApproval(ApprovalId id) =>
        _outcomes.Refuse<ApprovalRow>(ErrorCodes.UnknownApproval,
        $"There is no approval request {id}; `aos approvals` lists the open ones.");

    /// <summary>The outcome that refuses a call with a code of the catalog: for hosts, which refuse for reasons of
    /// their own in the same form.</summary>
    public StructuredOutcome Refuse(
        ErrorCode code, string message, RunId? run = null, IEnumerable<Problem>? problems = null) =>
        _outcomes.Failure(code, message, problems, run);

    /// <summary>The outcome of a call of a host that succeeded.</summary>
    public StructuredOutcome Succeed(Payload? result = null) => _outcomes.Success(result);

    // A refused plan of one step is a refused call: its problems are shown by their place in the input.
    private static StructuredOutcome Unwrap(StructuredOutcome outcome)
    {
        if (outcome.Failure is not { } failure || outcome.Code != ErrorCodes.InvalidPlan || failure.Details.IsEmpty)
            return outcome;
        var details = failure.Details.Select(problem => problem with
        {
            Pointer = problem.Pointer.Replace("/steps/0/input", "", StringComparison.Ordinal)
                .Replace("/steps/0", "", StringComparison.Ordinal),
        }).ToList();
        var first = details[0];
        var code = first.Code == ErrorCodes.SchemaViolation ? ErrorCodes.InvalidInput : first.Code;
        return outcome with
        {
            Code = code,
            Message = first.Pointer.Length == 0 ? first.Message : $"{first.Pointer}: {first.Message}",
            Failure = failure with { Code = code, Details = ValueList.From(details) },
        };
    }
}
