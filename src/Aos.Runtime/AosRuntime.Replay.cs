using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Runtime.Policies;
using Aos.Runtime.Replay;
using Aos.Runtime.Runs;
using Aos.Runtime.Simulation;

namespace Aos.Runtime;

/// <summary>Replay in all its modes, and forks.</summary>
public sealed partial class AosRuntime
{
    /// <summary>The modes that <see cref="ReplayAsync"/> knows.</summary>
    public static IReadOnlyList<string> ReplayModes { get; } = ["verify", "live", "dry"];

    /// <summary>Replays a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="mode"><c>verify</c>: feeds the recorded facts to today's kernel and compares every decision;
    /// touches nothing. <c>live</c>: runs the recorded plan on the recorded input once more, with real skills, without
    /// a planner and with the signals that its steps took, as a new run, and compares how both behaved. <c>dry</c>:
    /// puts the recorded plan and input through the simulator, and compares what it foresees with what happened;
    /// touches nothing.</param>
    /// <param name="cancel">Ends the call; a run that <c>live</c> began goes on.</param>
    /// <param name="requestedBy">Who asks, where people are told apart: they approve none of the calls of the run that
    /// <c>live</c> begins. Absent: nobody is told apart.</param>
    public ValueTask<Answer<ReplayReport>> ReplayAsync(
        RunId runId, string mode, CancellationToken cancel, string? requestedBy = null) => GuardAsync(async () =>
    {
        if (!ReplayModes.Contains(mode, StringComparer.Ordinal))
            return _outcomes.Refuse<ReplayReport>(ErrorCodes.InvalidArgument,
                $"There is no replay mode '{mode}'; there are {string.Join(", ", ReplayModes)}.");
        var journal = await _services.Reader.ReadAsync(runId, cancel).ConfigureAwait(false);
        if (journal is null) return UnknownRun<ReplayReport>(runId);
        if (mode == "verify")
            return _outcomes.Of(JournalVerifier.Verify(runId, _services.Documents, journal.Events), run: runId);
        var recorded = RunState.Fold(_services.Documents, journal.Events);
        if (recorded.Ended is null || recorded.Program is not { } program)
            return _outcomes.Refuse<ReplayReport>(ErrorCodes.InvalidArgument, recorded.Ended is null
                ? $"Run {runId} has not ended, so there is nothing to compare with yet."
                : $"Run {runId} has no plan: its planner gave none.", run: runId);
        return mode == "dry"
            ? Foresee(recorded, program)
            : await RepeatAsync(recorded, program, SignalsTaken(journal.Events), requestedBy, cancel)
                .ConfigureAwait(false);
    });

    /// <summary>Starts a new run that has the first events of another, and goes its own way from there. The other stays
    /// as it is.</summary>
    /// <remarks>What is in flight at the cut is lost to the fork, and judged by its effect class: what can be repeated
    /// is, under a key of the fork's own; a call that cannot is unknown, and follows the step's <c>on_failure</c> or
    /// waits to be settled. Approvals that were given to the other run are asked for again.</remarks>
    /// <returns>The report of the fork, which is durable on return; or why it was not begun.</returns>
    public ValueTask<Answer<RunReport>> ForkAsync(ForkRequest request, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        if (request.Step is null == request.Seq is null)
            return _outcomes.Refuse<RunReport>(
                ErrorCodes.InvalidArgument, "A fork begins at a step or after an event: name one of the two.");
        if (await _services.Reader.ReadAsync(request.RunId, cancel).ConfigureAwait(false) is not { } journal)
            return UnknownRun<RunReport>(request.RunId);
        if (request.Step is { } step && RunState.Fold(_services.Documents, journal.Events).Step(step) is null)
            return _outcomes.Refuse<RunReport>(
                ErrorCodes.UnknownStep, $"Run {request.RunId} has no step '{step}'.", run: request.RunId);
        var (length, problem) = request.Step is { } from
            ? ForkCut.Before(journal.Events, from) : ForkCut.After(journal.Events, request.Seq!.Value);
        if (problem is not null)
            return _outcomes.Refuse<RunReport>(ErrorCodes.InvalidArgument, problem, run: request.RunId);

        var prefix = journal.Events.Take(length).ToList();
        var state = RunState.Fold(_services.Documents, prefix);
        var edits = new ForkEdits(state, _services.Skills);
        edits.Apply(request.Edits);
        if (edits.Problems is { Count: > 0 } mistakes)
            return _outcomes.Refuse<RunReport>(
                mistakes[0].Code, $"{mistakes[0].Pointer}: {mistakes[0].Message}", mistakes, request.RunId);
        if (MissingSkill<RunReport>(state.Program, request.RunId) is { } missing) return missing;
        if (await RefuseSkillsAsync(cancel).ConfigureAwait(false) is { } refused)
            return new Answer<RunReport>(null, refused);

        var plan = edits.Plan is { } edited ? _services.Documents.Add(edited) : null;
        var id = _ids.Next();
        var policies = PoliciesOf(state.Submitted!.Tenant).Beyond(state.Policies);
        var now = _services.Now;
        var forked = new RunEvent.RunForked
        {
            At = now,
            RunId = id,
            From = request.RunId,
            FromSeq = length,
            Input = edits.Input,
            Plan = plan?.Digest,
            Policies = policies,
            Zones = ZoneOffsets.Pin(policies, _services.Now),
            By = request.By,
            Reason = request.Reason,
            Hold = await _ledger.HoldForAsync(
                state, plan is null ? null : _services.Documents.Program(plan.Digest), now, cancel)
                .ConfigureAwait(false),
            TraceId = Admission.TraceOf(id),
        };
        try
        {
            return Report(
                (await _host.ForkAsync(prefix, state, forked, plan is null ? [] : [plan]).ConfigureAwait(false)).Shown);
        }
        catch (StoreException full) when (IsOverLimit(full) && forked.Hold is { } hold)
        {
            return await RefuseAsync<RunReport>(state.Contract.Tenant, state.Contract.AgentId, hold, cancel)
                .ConfigureAwait(false);
        }
    });

    private Answer<ReplayReport> Foresee(RunState recorded, PlanProgram program)
    {
        var submitted =
            recorded.Submitted! with { Plan = _services.Documents.Add(program.Source).Digest, Request = null };
        var foreseen = new Simulator(Skills, submitted, RunState.Empty(_services.Documents)).Run();
        return _outcomes.Of(BehaviourComparison.Dry(recorded, foreseen), run: submitted.RunId);
    }

    private async ValueTask<Answer<ReplayReport>> RepeatAsync(
        RunState recorded, PlanProgram program, IEnumerable<RunEvent.SignalReceived> signals, string? requestedBy,
        CancellationToken cancel)
    {
        var run = recorded.Submitted!;
        if (MissingSkill<ReplayReport>(program, run.RunId) is { } missing) return missing;
        if (await RefuseSkillsAsync(cancel).ConfigureAwait(false) is { } refused)
            return new Answer<ReplayReport>(null, refused);
        // A run that is made today is bound by the tenant's policies of today, too.
        var policies = PoliciesOf(run.Tenant).Beyond(recorded.Policies);
        var settings = policies.IsEmpty ? recorded.Settings : recorded.Settings with
        {
            Policies = ValueList.From(recorded.Settings.Policies.Concat(policies)),
            Zones = ZoneOffsets.Pin(recorded.Settings.Policies.Concat(policies), _services.Now),
        };
        Blob[] documents = [_services.Documents.Add(settings), _services.Documents.Add(program.Source)];
        var id = _ids.Next();
        var repeat = await HoldAsync(new Admitted(run with
        {
            At = _services.Now,
            RunId = id,
            Settings = documents[0].Digest,
            Plan = documents[1].Digest,
            Request = null,
            Repeats = run.RunId,
            RequestedBy = requestedBy,
            TraceId = Admission.TraceOf(id),
            TraceParent = null,
        }, documents, IsFree: false), cancel).ConfigureAwait(false);
        try
        {
            _ = await _host.StartAsync(repeat).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Run {id} was drawn twice.");
        }
        catch (StoreException full) when (IsOverLimit(full) && repeat.Submitted.Hold is { } hold)
        {
            return await RefuseAsync<ReplayReport>(run.Tenant, run.AgentId, hold, cancel).ConfigureAwait(false);
        }
        // They are kept until a step waits for them. One that is refused shows as a difference: nobody waits for it any
        // more.
        foreach (var signal in signals)
            _ = await SignalAsync(id, signal.Name, signal.Data, signal.By, signal.Key, cancel).ConfigureAwait(false);
        var waited = await WaitAsync(id, cancel).ConfigureAwait(false);
        if (waited.Value is null) return new Answer<ReplayReport>(null, waited.Outcome);
        var repeated = await FoldAsync(id, cancel).ConfigureAwait(false);
        return _outcomes.Of(BehaviourComparison.Live(recorded, repeated!), run: run.RunId);
    }

    // The signals that steps took, in their order: one that came too late decided nothing.
    private static List<RunEvent.SignalReceived> SignalsTaken(IReadOnlyList<RunEvent> events) =>
        [.. events.OfType<RunEvent.SignalTaken>().Select(taken => (RunEvent.SignalReceived)events[(int)taken.Seq - 1])];

    private Answer<T>? MissingSkill<T>(PlanProgram? program, RunId run) where T : class =>
        program?.Source.Skills.FirstOrDefault(pin => !Skills.TryGet(pin.Name, pin.Version, out _)) is { } missing
            ? _outcomes.Refuse<T>(
                ErrorCodes.SkillVersionMissing,
                $"The plan calls {missing.Name}@{missing.Version}, which is not registered here.", run: run)
            : null;
}
