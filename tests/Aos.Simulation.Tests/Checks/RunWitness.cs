using Aos.Contracts.Agents;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Simulation.Tests.World;

namespace Aos.Simulation.Tests.Checks;

/// <summary>What is durable of one run, and what was promised of every prefix of a journal.</summary>
internal sealed class RunWitness(RunId runId, IRunDocuments documents, Action<string> violated)
{
    private readonly Dictionary<(CallKey, int Attempt), WitnessedAttempt> _attempts = [];
    private readonly Dictionary<(CallKey, bool IsFallback), string> _approved = [];
    private readonly Dictionary<ApprovalId, (RunEvent.ApprovalRequested Request, bool IsFallback)> _requested = [];
    private readonly HashSet<CallKey> _fallbacks = [];

    public RunId RunId { get; } = runId;

    /// <summary>The fold of what is durable.</summary>
    public RunState State { get; private set; } = RunState.Empty(documents);

    /// <summary>Events that the history has.</summary>
    public int Shown { get; set; }

    public List<RunEvent> Journal { get; } = [];

    /// <summary>An attempt whose start is durable.</summary>
    public WitnessedAttempt? Attempt(RemoteCall call, int number) =>
        _attempts.GetValueOrDefault((KeyOf(call), number)) is { } found
        && (found.Started.Fallback == true) == call.IsFallback ? found : null;

    /// <summary>Whether a once call may come again after an attempt: it is durably known that the attempt had no
    /// effect, or a person has taken over.</summary>
    public bool MayRepeat(RemoteCall call, int number) => Attempt(call, number)?.Returned?.Effect == EffectState.None
        || _attempts.Any(pair => pair.Key.Item1 == KeyOf(call) && pair.Value.IsSettled);

    public void Take(IReadOnlyList<RunEvent> events, IReadOnlySet<ApprovalId> approvedByPersons)
    {
        foreach (var e in events)
        {
            if (State.Ended is not null && e is not RunEvent.AttemptReturned)
                violated($"{RunId} has a {e.GetType().Name} after its end.");
            Check(e, approvedByPersons);
            State = State.FoldOn([e]);
            Journal.Add(e);
        }
        CheckMoney();
    }

    /// <summary>What must hold of a run that has ended.</summary>
    public void CheckEnd(RemoteWorld world)
    {
        foreach (var ((key, number), attempt) in _attempts)
        {
            if (attempt.Outcomes == 0) violated($"{RunId} ended, but attempt {number} of {key} has no outcome.");
            CheckCost(key, number, attempt, world);
        }
        if (State.Ended!.Cost != State.Spent)
            violated($"{RunId} says that it cost {State.Ended.Cost}; its events say {State.Spent}.");
        if (State.Reserved != Money.Zero) violated($"{RunId} ended with {State.Reserved} held.");
    }

    private void Check(RunEvent e, IReadOnlySet<ApprovalId> approvedByPersons)
    {
        switch (e)
        {
            case RunEvent.AttemptStarted started: Check(started); break;
            case RunEvent.AttemptReturned returned: Check(returned); break;
            case RunEvent.AttemptLost lost:
                Close((new CallKey(lost.StepId, lost.Item), lost.Attempt), "lost").IsLost = true; break;
            case RunEvent.FallbackChosen chosen: _fallbacks.Add(new CallKey(chosen.StepId, chosen.Item)); break;
            case RunEvent.OutcomeSettled settled: Settle(new CallKey(settled.StepId, settled.Item)); break;
            case RunEvent.ApprovalRequested requested:
                _requested[requested.ApprovalId] =
                    (requested, _fallbacks.Contains(new CallKey(requested.StepId, requested.Item)));
                if (DigestOf(requested.Input) != requested.InputDigest.Hex.ToString())
                    violated($"{requested.ApprovalId} shows another input than its digest says.");
                break;
            case RunEvent.ApprovalDecided { Approved: true } decided: Check(decided, approvedByPersons); break;
            default: break;
        }
    }

    private void Check(RunEvent.AttemptStarted started)
    {
        var key = new CallKey(started.StepId, started.Item);
        if (!_attempts.TryAdd((key, started.Attempt), new WitnessedAttempt(started)))
            violated($"Attempt {started.Attempt} of {key} started twice.");
        if (started.Attempt > 1 && _attempts.GetValueOrDefault((key, started.Attempt - 1)) is not { Outcomes: > 0 })
            violated($"Attempt {started.Attempt} of {key} started before the one before had an outcome.");
        if (started.Effect == EffectClass.Once && Previous(key, started) is { } before
            && before.Returned?.Effect != EffectState.None && !before.IsSettled)
            violated($"{RunId} {key} is made once, and attempt {started.Attempt} started though what became of the one before was not known.");
        if (State.Step(started.StepId)!.Program.Source.Approval is null || started.Input is null) return;
        // The first attempt of what was approved; the ones after it have the same input.
        if (!_approved.Remove((key, started.Fallback == true), out var digest))
            violated($"{RunId} {key} started without an approval of its own.");
        else if (DigestOf(started.Input) != digest)
            violated($"{RunId} {key} started with another input than was approved.");
    }

    private WitnessedAttempt? Previous(CallKey key, RunEvent.AttemptStarted started) =>
        _attempts.GetValueOrDefault((key, started.Attempt - 1)) is { } before
            && before.Started.Fallback == started.Fallback ? before : null;

    private void Check(RunEvent.AttemptReturned returned)
    {
        var key = (new CallKey(returned.StepId, returned.Item), returned.Attempt);
        if (_attempts.GetValueOrDefault(key) is { IsLost: true, Late: null } late) late.Late = returned;
        else Close(key, "returned").Returned = returned;
    }

    private WitnessedAttempt Close((CallKey Call, int Attempt) key, string how)
    {
        if (!_attempts.TryGetValue(key, out var attempt))
        {
            violated($"Attempt {key.Attempt} of {key.Call} {how}, but never started.");
            return new WitnessedAttempt(null!);
        }
        if (++attempt.Outcomes > 1)
            violated($"Attempt {key.Attempt} of {key.Call} has more than one outcome: it {how} too.");
        return attempt;
    }

    private void Settle(CallKey key)
    {
        var last = _attempts.Where(pair => pair.Key.Item1 == key).MaxBy(pair => pair.Key.Attempt).Value;
        if (last.IsSettled) violated($"{RunId} {key} was settled twice.");
        last.IsSettled = true;
    }

    private void Check(RunEvent.ApprovalDecided decided, IReadOnlySet<ApprovalId> approvedByPersons)
    {
        if (!approvedByPersons.Contains(decided.ApprovalId))
            violated($"{RunId} took {decided.ApprovalId} as approved; nobody had.");
        if (!_requested.Remove(decided.ApprovalId, out var requested))
        {
            violated($"{RunId} used approval {decided.ApprovalId} twice, or never asked for it.");
            return;
        }
        // In time is who decided in time, whenever the run heard of it.
        if (decided.DecidedAt >= decided.At)
            violated($"{RunId} heard of a decision on {decided.ApprovalId} before it was made.");
        if ((decided.DecidedAt ?? decided.At) >= requested.Request.ExpiresAt)
            violated($"{RunId} used approval {decided.ApprovalId} after it had expired.");
        _approved[(new CallKey(requested.Request.StepId, requested.Request.Item), requested.IsFallback)] =
            DigestOf(decided.Input ?? requested.Request.Input);
    }

    private void CheckMoney()
    {
        ResourceContract contract = State.Contract;
        if (State.Spent + State.Reserved > contract.Budget)
            violated($"{RunId} has spent {State.Spent} and holds {State.Reserved}, of {contract.Budget}.");
        if (State.InFlight > contract.MaxParallelSteps)
            violated($"{RunId} has {State.InFlight} attempts in flight, of {contract.MaxParallelSteps}.");
        if (State.Attempts > contract.MaxAttempts)
            violated($"{RunId} has made {State.Attempts} attempts, of {contract.MaxAttempts}.");
        foreach (var step in State.Steps)
        {
            var held = step.Calls.Aggregate(step.Cost, (sum, call) => sum + call.Reserved);
            if (contract.PerStep is { } perStep && held > perStep)
                violated($"{RunId} step {step.Program.Id} has {held} spent and held, of {perStep}.");
        }
    }

    // The books of the world against those of the run: what the skill could say is said; what nobody heard counts as
    // much as was held for it.
    private void CheckCost(CallKey key, int number, WitnessedAttempt attempt, RemoteWorld world)
    {
        var arrived = world.Arrivals.Find(arrival => arrival.Call.Run == RunId && arrival.Call.Step == key.Step.Value
            && arrival.Call.Item == (key.Item ?? -1) && arrival.Attempt == number);
        var charged = arrived?.Behaviour.Charge ?? Money.Zero;
        var booked = attempt.Returned?.Cost ?? attempt.Started.Reserved;
        if (booked < charged)
            violated($"{RunId} attempt {number} of {key} was charged {charged}, but counts as {booked}.");
        if (booked > charged
            && (booked != attempt.Started.Reserved || attempt.Returned is { Status: OutcomeStatus.Success }))
            violated($"{RunId} attempt {number} of {key} counts as {booked}, but was charged {charged}.");
    }

    private static string DigestOf(Payload input) => CanonicalJson.Sha256Hex(input.Element);

    private static CallKey KeyOf(RemoteCall call) => new(StepId.Parse(call.Step), call.Item < 0 ? null : call.Item);
}

/// <summary>What is durable of one attempt.</summary>
internal sealed class WitnessedAttempt(RunEvent.AttemptStarted started)
{
    public RunEvent.AttemptStarted Started { get; } = started;

    public RunEvent.AttemptReturned? Returned { get; set; }

    public RunEvent.AttemptReturned? Late { get; set; }

    public bool IsLost { get; set; }

    public bool IsSettled { get; set; }

    public int Outcomes { get; set; }
}
