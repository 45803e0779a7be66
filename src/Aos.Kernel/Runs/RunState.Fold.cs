using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Runs;

/// <summary>Folding. It decides nothing: it writes down what the events say.</summary>
public sealed partial class RunState
{
    private SettingsDocument? _settings;
    private ImmutableDictionary<string, int> _equalFailures =
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    private ImmutableDictionary<string, RuleUse> _used =
        ImmutableDictionary.Create<string, RuleUse>(StringComparer.Ordinal);

    // Steps and calls that carry the mark of this draft may be changed in place; others are shared with older states.
    private object? _draft;
    private bool _ownsSteps;
    private ImmutableHashSet<string> _signalKeys = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>A copy that <see cref="Apply"/> may be called on until it is shown to anybody else.</summary>
    internal RunState Draft()
    {
        var draft = (RunState)MemberwiseClone();
        draft._draft = new object();
        draft._ownsSteps = false;
        return draft;
    }

    internal void Apply(RunEvent e)
    {
        Debug.Assert(_draft is not null, "Only a draft may be changed.");
        Seq++;
        LastAt = e.At;
        switch (e)
        {
            case RunEvent.RunSubmitted submitted: On(submitted); break;
            case RunEvent.PlannerAnswered answered: On(answered); break;
            case RunEvent.CallQuoted quoted: On(quoted); break;
            case RunEvent.AttemptReturned returned: On(returned); break;
            case RunEvent.TimeReached reached: On(reached); break;
            case RunEvent.ApprovalDecided decided: On(decided); break;
            case RunEvent.PolicyTightened tightened:
                Policies = PolicySet.With(Policies, tightened.Policy, tightened.Zones);
                break;
            case RunEvent.SlotAnswered answered: On(answered); break;
            case RunEvent.OutcomeSettled settled: On(settled); break;
            case RunEvent.CancelRequested: IsCancelled = Stopping is null; break;
            case RunEvent.SignalReceived signal: On(signal); break;
            case RunEvent.RunRecovered recovered:
                Epoch = recovered.Epoch;
                AskForSlotsAgain();
                break;
            case RunEvent.RunForked forked: On(forked); break;
            case RunEvent.PlanRequested requested: On(requested); break;
            case RunEvent.PlannerRetryScheduled retry:
                (NextRepair, PlannerDue) = (PlanRepair, Moments.After(retry.At, retry.DelayMs));
                break;
            case RunEvent.PlannerLost lost: On(lost); break;
            case RunEvent.PlanAborted: IsAborting = true; break;
            case RunEvent.PlanAccepted accepted: On(accepted); break;
            case RunEvent.StepExpanded expanded: On(expanded); break;
            case RunEvent.ApprovalRequested requested: On(requested); break;
            case RunEvent.ApprovalEscalated escalated: On(escalated); break;
            case RunEvent.PolicyDenied: break; // What becomes of the call is said by the decision that follows.
            case RunEvent.QuoteRequested requested: On(requested); break;
            case RunEvent.SlotRequested requested:
                Own(requested.StepId, requested.Item).Phase = CallPhase.AwaitingSlot; break;
            case RunEvent.AttemptStarted started: On(started); break;
            case RunEvent.AttemptLost lost: On(lost); break;
            case RunEvent.RetryScheduled retry: On(retry); break;
            case RunEvent.FallbackChosen fallback: On(fallback); break;
            case RunEvent.SettlementRequested settlement:
                Own(settlement.StepId, settlement.Item).Phase = CallPhase.AwaitingSettlement;
                break;
            case RunEvent.WaitStarted wait: On(wait); break;
            case RunEvent.SignalTaken taken: On(taken); break;
            case RunEvent.ItemEnded item:
                EndCall(Own(item.StepId, item.Item), item.Status, item.Code, item.Message); break;
            case RunEvent.StepEnded ended: On(ended); break;
            case RunEvent.RunStopping stopping: Stopping = stopping; break;
            case RunEvent.RunEnded ended: On(ended); break;
            default: throw new UnreachableException($"No fold for {e.GetType().Name}.");
        }
    }

    private void On(RunEvent.RunSubmitted submitted)
    {
        Submitted = submitted;
        _settings = Documents.Settings(submitted.Settings);
        Policies = _settings.Policies;
        Deadline = Moments.After(submitted.At, _settings.Settings.Contract.MaxRunMs);
    }

    private void On(RunEvent.PlannerAnswered answered)
    {
        IsPlanning = false;
        LastAnswer = answered;
        Spent += answered.Cost;
        Reserved -= PlannerReserved;
        PlannerReserved = Money.Zero;
        var isRefused = answered.Code == ErrorCodes.PlannerInvalidPlan;
        if (isRefused || answered.Code == ErrorCodes.Ok)
            (RefusedAnswer, PlannerFailures) = (isRefused ? answered : null, 0);
        else PlannerFailures++;
        if (isRefused) NextRepair = PlanRepair + 1;
    }

    private void On(RunEvent.PlanRequested requested)
    {
        (PlannerRounds, IsPlanning, IsAborting) = (requested.Round, true, false);
        (PlanRepair, NextRepair, PlannerDue) = (requested.Repair ?? 0, null, null);
        PlannerReserved = requested.Reserved;
        Reserved += requested.Reserved;
    }

    private void On(RunEvent.PlannerLost _)
    {
        (IsPlanning, NextRepair) = (false, PlanRepair);
        Spent += PlannerReserved;
        Reserved -= PlannerReserved;
        PlannerReserved = Money.Zero;
    }

    private void On(RunEvent.PlanAccepted accepted)
    {
        var program = Documents.Program(accepted.Plan);
        if (Program is not null) program = Plans.PlanProgram.Compile(program.Source, Program);
        var steps = ImmutableArray.CreateBuilder<StepState>(program.Steps.Length);
        foreach (var step in program.Steps)
            steps.Add(step.Index < Steps.Length ? Steps[step.Index] : step.Unreached);
        if (accepted.Round > 0) PlanRounds = PlanRounds.Add(new PlanRound(accepted.Round, accepted.Plan, Steps.Length));
        OpenSteps += program.Steps.Length - Steps.Length;
        Program = program;
        Steps = steps.MoveToImmutable();
        _ownsSteps = true;
    }

    private void On(RunEvent.StepExpanded expanded)
    {
        var step = Own(expanded.StepId);
        step.Items = expanded.Items;
        step.StartedAt = expanded.At;
        step.IsCountUnknown = expanded.Items.IsUnknown && expanded.Count is null;
        var count = expanded.Count ?? (expanded.Items.IsUnknown ? 1 : expanded.Items.Element.GetArrayLength());
        var calls = ImmutableArray.CreateBuilder<CallState>(count);
        for (var i = 0; i < count; i++) calls.Add(new CallState(new CallKey(expanded.StepId, i), _draft));
        step.Calls = calls.MoveToImmutable();
    }

    private void On(RunEvent.ApprovalRequested requested)
    {
        var call = Own(requested.StepId, requested.Item);
        call.Phase = CallPhase.AwaitingApproval;
        var asked = call.Approvals ?? CallApprovals.None;
        call.Approvals = asked with
        {
            Open = requested,
            Votes = [.. asked.Votes.Where(vote => vote.Role != requested.Role),
                .. requested.ApprovedBy.Select(name => new CallApprovals.Vote(requested.Role, name))],
            Roles = asked.Roles.Remove(requested.Role),
            EscalatedTo = null,
            Asked = asked.Asked + 1,
        };
        call.Input = requested.Input;
    }

    private void On(RunEvent.ApprovalEscalated escalated)
    {
        var call = Own(escalated.StepId, escalated.Item);
        call.Approvals = call.Approvals! with { EscalatedTo = escalated.Role };
    }

    private void On(RunEvent.ApprovalDecided decided)
    {
        if (FindApproval(decided.ApprovalId) is not { } key) return;
        var call = Own(key.Step, key.Item);
        var asked = call.Approvals!;
        var request = asked.Open!;
        var isEdited = decided.Input is not null;
        // Whoever edits the input approves that input, and nobody else has yet.
        var vote = new CallApprovals.Vote(request.Role, ApprovalRules.NameOf(decided));
        ImmutableArray<CallApprovals.Vote> votes = !decided.Approved ? [] : isEdited ? [vote] : asked.Votes.Add(vote);
        var isComplete = decided.Approved && votes.Count(one => one.Role == request.Role) >= (request.Quorum ?? 1);
        if (decided.Approved && !isComplete && !isEdited)
        {
            call.Approvals = asked with { Votes = votes };
            return;
        }
        call.Approvals = asked with
        {
            Open = null,
            Last = decided.ApprovalId,
            Votes = votes,
            Roles = !isComplete ? (isEdited ? [] : asked.Roles) : isEdited
                ? [request.Role] : asked.Roles.Add(request.Role),
        };
        call.Phase = CallPhase.Ready; // Where it was rejected, the decision that follows ends the call.
        if (!decided.Approved || decided.Input is null) return;
        call.Input = decided.Input;
        call.Ways = null; // What another input would cost was not asked.
    }

    private void On(RunEvent.QuoteRequested requested)
    {
        var call = Own(requested.StepId, requested.Item);
        call.Phase = CallPhase.Quoting;
        call.Due = null;
        call.Input = requested.Input ?? call.Input;
    }

    private void On(RunEvent.CallQuoted quoted)
    {
        var call = Own(quoted.StepId, quoted.Item);
        call.Phase = CallPhase.Ready;
        call.Ways = call.Ways is { } ways ? ways with { Quote = quoted } : new CallWays(quoted, null, 0, 0);
    }

    // What comes too late for the run is nobody's: the decision that follows ends the call.
    private void On(RunEvent.SlotAnswered answered)
    {
        var call = Own(answered.StepId, answered.Item);
        call.Phase = answered.Booked && answered.SlotAt > answered.At ? CallPhase.Paced : CallPhase.Ready;
        call.Due = answered.Booked ? answered.SlotAt : null;
    }

    // Who was asked is gone, and with it the answer.
    private void AskForSlotsAgain()
    {
        foreach (var step in Steps)
        {
            if (step.IsEnded) continue;
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.AwaitingSlot) Own(call.Key.Step, call.Key.Item).Phase = CallPhase.Ready;
        }
    }

    private void On(RunEvent.AttemptStarted started)
    {
        var call = Own(started.StepId, started.Item);
        call.Phase = CallPhase.InFlight;
        call.Due = null;
        call.Attempts = started.Attempt;
        call.AttemptsOfVariant++;
        call.Input = started.Input ?? call.Input;
        call.Reserved = started.Reserved;
        call.Ways = call.Ways?.Started(started.Way);
        call.History = call.History.Add(new AttemptRecord(started.Attempt, started, null, IsLost: false, null));
        if (!started.Rules.IsEmpty) Use(started.Rules, calls: 1, started.Reserved);
        Reserved += started.Reserved;
        Attempts++;
        InFlight++;
    }

    private void On(RunEvent.AttemptReturned returned)
    {
        if (!IsInFlight(returned.StepId, returned.Item, returned.Attempt))
        {
            KeepLate(returned);
            return;
        }
        var call = Own(returned.StepId, returned.Item);
        Settle(call, returned.Cost);
        call.History = call.History.SetItem(call.History.Length - 1, call.Last! with { Returned = returned });
        call.Phase = CallPhase.Ready; // The decisions that follow say what becomes of it.
        if (returned.Status is OutcomeStatus.Success or OutcomeStatus.Partial)
            call.Result = returned.Result ?? Payload.Null;
        if (returned.Tainted) HasTaint = true;
    }

    // It changes nothing but that it is known to have come back, so that it is not kept twice.
    private void KeepLate(RunEvent.AttemptReturned returned)
    {
        var call = Own(returned.StepId, returned.Item);
        for (var i = 0; i < call.History.Length; i++)
            if (call.History[i] is { IsLost: true } lost && lost.Number == returned.Attempt)
                call.History = call.History.SetItem(i, lost with { Late = returned });
    }

    private void On(RunEvent.AttemptLost lost)
    {
        var call = Own(lost.StepId, lost.Item);
        Settle(call, call.Reserved);
        call.History = call.History.SetItem(call.History.Length - 1, call.Last! with { IsLost = true });
        call.Phase = CallPhase.Ready;
    }

    private void On(RunEvent.RetryScheduled retry)
    {
        var call = Own(retry.StepId, retry.Item);
        call.Phase = CallPhase.BackingOff;
        call.Due = Moments.After(retry.At, retry.DelayMs);
        if (retry.Way is { } way && call.Ways is { } ways) call.Ways = ways.Switch(way);
        call.History = call.History.SetItem(call.History.Length - 1, call.Last! with { Retry = retry });
    }

    private void On(RunEvent.FallbackChosen fallback)
    {
        var call = Own(fallback.StepId, fallback.Item);
        call.Phase = CallPhase.Ready;
        call.IsFallback = true;
        call.Approvals = null;
        call.AttemptsOfVariant = 0;
        call.Input = null;
        call.Wait = null;
        call.Due = null;
        call.FirstFailure = fallback.Cause;
        call.Ways = null;
    }

    private void On(RunEvent.WaitStarted wait)
    {
        var call = Own(wait.StepId, wait.Item);
        call.Phase = wait.Signal is null ? CallPhase.Sleeping : CallPhase.AwaitingSignal;
        call.Wait = wait;
        call.Due = wait.Until ?? (wait.ForMs is { } ms ? Moments.After(wait.At, ms) : null);
    }

    private void On(RunEvent.SignalReceived signal)
    {
        Signals = Signals.Add(new KeptSignal(Seq, signal));
        if (signal.Key is { } key) _signalKeys = _signalKeys.Add(key);
    }

    private void On(RunEvent.SignalTaken taken)
    {
        var call = Own(taken.StepId, taken.Item);
        for (var i = 0; i < Signals.Length; i++)
            if (Signals[i].Seq == taken.Seq)
            {
                call.Result = Signals[i].Signal.Data ?? Payload.Null;
                Signals = Signals.RemoveAt(i);
                break;
            }
        call.Phase = CallPhase.Ready; // The decision that follows ends the call.
    }

    // The run takes its own name; what only the other one was promised is asked for again.
    private void On(RunEvent.RunForked forked)
    {
        Forked = forked;
        Submitted = Submitted! with
        {
            At = forked.At,
            RunId = forked.RunId,
            Input = forked.Input ?? Submitted.Input,
            TraceId = forked.TraceId,
            TraceParent = null,
            Request = null,
            Repeats = null,
            Hold = forked.Hold,
        };
        Inherited = Spent;
        Epoch = 1;
        foreach (var policy in forked.Policies) Policies = PolicySet.With(Policies, policy, forked.Zones);
        Deadline = Moments.After(forked.At, Contract.MaxRunMs);
        if (forked.Plan is { } plan) Program = Documents.Program(plan);
        foreach (var step in Steps)
        {
            if (step.IsEnded) continue;
            var own = Own(step.Program.Id);
            own.Program = Program!.Steps[step.Program.Index];
            foreach (var call in step.Calls)
                if (call.Phase != CallPhase.Ended) Fork(Own(call.Key.Step, call.Key.Item));
        }
    }

    private static void Fork(CallState call)
    {
        call.Approvals = null;
        if (call.Phase is CallPhase.AwaitingApproval or CallPhase.Quoting or CallPhase.AwaitingSlot or CallPhase.Paced)
            call.Phase = CallPhase.Ready;
        if (call.Phase == CallPhase.Ready) call.Due = null; // The slot is the other run's.
        if (call.AttemptsOfVariant == 0) call.Ways = null;
        if (call.Phase == CallPhase.Ready && call.AttemptsOfVariant == 0) call.Input = null;
    }

    private void On(RunEvent.OutcomeSettled settled)
    {
        var call = Own(settled.StepId, settled.Item);
        call.Phase = CallPhase.Ready;
        if (settled.Happened) call.Result = settled.Result ?? Payload.Null;
    }

    private void On(RunEvent.TimeReached reached)
    {
        if (Stopping is not null && reached.At >= Stopping.GraceUntil) IsGraceOver = true;
        if (PlannerDue <= reached.At) PlannerDue = null;
        foreach (var step in Steps)
        {
            if (step.IsEnded) continue;
            foreach (var call in step.Calls)
                if (call.Phase is CallPhase.BackingOff or CallPhase.Paced && call.Due <= reached.At)
                {
                    var own = Own(call.Key.Step, call.Key.Item);
                    if (own.Phase == CallPhase.BackingOff) own.Due = null; // What it has of a ready call is its slot.
                    own.Phase = CallPhase.Ready;
                }
        }
    }

    private void On(RunEvent.StepEnded ended)
    {
        var step = Own(ended.StepId);
        (step.Status, step.Code, step.Message, step.EndedAt) = (ended.Status, ended.Code, ended.Message, ended.At);
        OpenSteps--;
        foreach (var call in step.Calls)
            if (call.Phase != CallPhase.Ended)
                EndCall(Own(call.Key.Step, call.Key.Item), ended.Status, ended.Code, ended.Message);
    }

    private void On(RunEvent.RunEnded ended) => Ended = ended;

    private void EndCall(CallState call, OutcomeStatus status, ErrorCode code, string? message)
    {
        (call.Phase, call.Status, call.Code) = (CallPhase.Ended, status, code);
        if (call.Approval is not null) call.Approvals = call.Approvals! with { Open = null };
        call.Message = message ?? call.Last?.Returned?.Message;
        if (status is not (OutcomeStatus.Success or OutcomeStatus.Partial)) call.Result = null;
        else if (call.Wait is { Signal: null }) call.Result = Moments.ToPayload(call.Due!.Value);
        if (status == OutcomeStatus.Failure && call.Input is not null && call.AttemptsOfVariant > 0)
        {
            var key = FailureKey(call);
            _equalFailures = _equalFailures.SetItem(key, _equalFailures.GetValueOrDefault(key) + 1);
        }
    }

    private void Settle(CallState call, Money cost)
    {
        Reserved -= call.Reserved;
        Spent += cost;
        call.Cost += cost;
        if (call.Last!.Started.Rules is { IsEmpty: false } rules) Use(rules, calls: 0, cost - call.Reserved);
        call.Reserved = Money.Zero;
        InFlight--;
    }

    private void Use(ValueList<AppliedRule> rules, int calls, Money cost)
    {
        foreach (var rule in rules)
            if (rule.Verdict == RuleVerdict.Limit)
            {
                var (key, use) = (RuleProgram.KeyOf(rule), default(RuleUse));
                if (_used.TryGetValue(key, out var before)) use = before;
                _used = _used.SetItem(key, new RuleUse(use.Calls + calls, use.Cost + cost));
            }
    }

    internal static string FailureKey(CallState call)
    {
        var started = call.Last!.Started;
        return $"{started.Skill}@{started.SkillVersion} {CanonicalJson.Sha256Hex(call.Input!.Element)}";
    }

    internal bool IsInFlight(StepId id, int? item, int attempt)
    {
        var step = Step(id);
        var index = item ?? 0;
        return step is not null && index >= 0 && index < step.Calls.Length
            && step.Calls[index] is { Phase: CallPhase.InFlight } call
            && call.Key.Item == item && call.Attempts == attempt;
    }

    /// <summary>The call that an open approval request is about; null where the request is not open.</summary>
    public CallKey? FindApproval(ApprovalId id)
    {
        foreach (var step in Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.AwaitingApproval && call.Approval!.ApprovalId == id) return call.Key;
        return null;
    }

    private StepState Own(StepId id)
    {
        var index = Program!.IndexOf(id.Value);
        var step = Steps[index];
        if (ReferenceEquals(step.Draft, _draft)) return step;
        var copy = step.Copy(_draft!);
        OwnSteps()[index] = copy;
        return copy;
    }

    // The array is shared with older states until the draft first writes to it.
    private StepState[] OwnSteps()
    {
        if (!_ownsSteps)
        {
            Steps = ImmutableCollectionsMarshal.AsImmutableArray(Steps.AsSpan().ToArray());
            _ownsSteps = true;
        }
        return ImmutableCollectionsMarshal.AsArray(Steps)!;
    }

    private CallState Own(StepId id, int? item)
    {
        var step = Own(id);
        if (step.Calls.IsEmpty)
        {
            var first = new CallState(new CallKey(id, item), _draft);
            step.Calls = [first];
            step.StartedAt ??= LastAt;
            return first;
        }
        var index = item ?? 0;
        var call = step.Calls[index];
        if (ReferenceEquals(call.Draft, _draft)) return call;
        var copy = call.Copy(_draft!);
        step.Calls = step.Calls.SetItem(index, copy);
        return copy;
    }
}
