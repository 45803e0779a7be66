using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Kernel.Budgets;
using Aos.Kernel.Retries;

namespace Aos.Kernel.Runs;

/// <summary>One transition in the making: each decision is folded in as it is taken, so that the next one sees it.
/// This file takes the facts; the others start calls, judge failures and end things.</summary>
internal sealed partial class Turn
{
    private readonly RunEvent.Fact _fact;

    // Most turns make three events (an attempt came back, its step ended, the next one starts) and one effect: arrays
    // of just that size are given away as they are.
    private RunEvent[] _events = new RunEvent[3];
    private Effect[] _effects = new Effect[1];
    private int _eventCount;
    private int _effectCount;

    public Turn(RunState draft, RunEvent.Fact fact)
    {
        State = draft;
        _fact = fact;
        Emit(fact);
    }

    private RunState State { get; }

    private DateTimeOffset Now => _fact.At;

    // Its process is going down: what could start now is started by the next owner.
    private bool StartsNothing =>
        _fact is RunEvent.AttemptReturned { Draining: true } or RunEvent.PlannerAnswered { Draining: true };

    private void Emit(RunEvent e)
    {
        System.Diagnostics.Debug.Assert(e.At == Now, "An event has the moment of its fact.");
        State.Apply(e);
        if (_eventCount == _events.Length) Array.Resize(ref _events, _eventCount * 2);
        _events[_eventCount++] = e;
    }

    private void Ask(Effect effect)
    {
        if (_effectCount == _effects.Length) Array.Resize(ref _effects, _effectCount * 4);
        _effects[_effectCount++] = effect;
    }

    public Transition End()
    {
        Settle();
        return new Transition(Exactly(_events, _eventCount), Exactly(_effects, _effectCount), State);
    }

    private static ImmutableArray<T> Exactly<T>(T[] items, int count)
    {
        if (count != items.Length) Array.Resize(ref items, count);
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    public void Take(RunEvent.RunSubmitted submitted)
    {
        if (submitted.Plan is { } plan) Emit(new RunEvent.PlanAccepted { At = Now, Round = 0, Plan = plan });
        else AskPlanner();
    }

    public void TakeTime()
    {
        if (State.Stopping is not null)
        {
            if (State.IsGraceOver) CancelInFlight(everything: true);
            return;
        }
        if (Now >= State.Deadline)
        {
            StopForTime();
            return;
        }
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (State.Stopping is null && call.Phase == CallPhase.AwaitingApproval
                    && call.Approval!.ExpiresAt <= Now)
                    Fail(step, call, ErrorCodes.ApprovalExpired, "Nobody decided on the approval request in time.");
                else if (State.Stopping is null && call.Phase == CallPhase.AwaitingApproval
                    && RunState.DueOf(call) <= Now)
                    Escalate(call);
                else if (State.Stopping is null && call.Wait is not null && RunState.DueOf(call) <= Now)
                    EndWait(step, call);
    }

    public void Take(RunEvent.ApprovalDecided decided)
    {
        if (decided.Approved) return; // The call is ready now, and starts below, or others must approve it yet.
        var (step, call) = FindReady(decided);
        var reason = decided.Reason is null ? "" : $": {decided.Reason}";
        Fail(step, call, ErrorCodes.ApprovalRejected, $"{decided.By} rejected the call{reason}");
    }

    public void Take(RunEvent.CancelRequested cancel)
    {
        var reason = cancel.Reason is null ? "" : $": {cancel.Reason}";
        Stop(ErrorCodes.Cancelled, $"{cancel.By} asked to cancel the run{reason}", step: null);
        CancelInFlight(everything: false);
    }

    public void Take(RunEvent.RunRecovered recovered) => TakeRecovery(isRestored: recovered.Restored == true);

    /// <summary>Judges what was in flight when the owner went, or where the run was cut.</summary>
    /// <param name="isRestored">Whether the store is an older copy: what was asked for is asked again.</param>
    public void TakeRecovery(bool isRestored = false)
    {
        if (State.IsPlanning) TakePlannerLoss();
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.InFlight)
                {
                    Emit(new RunEvent.AttemptLost
                    {
                        At = Now,
                        StepId = call.Key.Step,
                        Item = call.Key.Item,
                        Attempt = call.Attempts,
                    });
                    Judge(call.Key, Verdict.Lost(call.Last!.Started.Effect));
                }
                else if (call.Phase == CallPhase.Quoting && State.Stopping is null)
                    AskQuote(call, call.IsFallback ? step.Program.Fallback! : step.Program.Main!, known: null);
                else if (isRestored && State.Stopping is null && call.Phase == CallPhase.AwaitingApproval)
                    AskAgain(call);
    }

    public void Take(RunEvent.OutcomeSettled settled)
    {
        var key = new CallKey(settled.StepId, settled.Item);
        if (settled.Happened) Succeed(Call(key));
        else Judge(key, Verdict.Settled(Call(key)));
    }

    public void Take(RunEvent.AttemptReturned returned)
    {
        var key = new CallKey(returned.StepId, returned.Item);
        var call = Call(key);
        // Late: the attempt was given up before, and what was decided then stands.
        if (call.Phase != CallPhase.Ready || !ReferenceEquals(call.Last?.Returned, returned)) return;
        var started = call.Last.Started;
        var ceiling = Reservation.Ceiling(State, StepOf(key), call, started.Reserved);
        if (returned.Status is OutcomeStatus.Success or OutcomeStatus.Partial && returned.Cost <= ceiling)
            Succeed(call);
        else
            Judge(key, Verdict.Of(returned, started, ceiling));
    }

    private void Succeed(CallState call) => EndCall(call.Key, OutcomeStatus.Success,
        call.IsFallback ? ErrorCodes.FallbackUsed : ErrorCodes.Ok, message: null);

    /// <summary>Starts what can start and ends what can end, until nothing more can.</summary>
    private void Settle()
    {
        // A planner that does not answer holds a stopping run up for the grace period at most.
        while (State.Ended is null && (!State.IsPlanning || State.IsGraceOver))
        {
            var before = _eventCount;
            GuardRun();
            if (State.Stopping is null && State.NextRepair is { } repair)
            {
                if (State.PlannerDue is null && !StartsNothing) AskPlanner(repair);
            }
            else
            {
                if (State.Stopping is null && !StartsNothing) StartReady();
                if (State.Stopping is not null) FinishStopping();
                else if (State.OpenSteps == 0) FinishOrPlanOn();
                else if (State.IsAborting) FinishAborting();
            }
            if (_eventCount == before) return;
        }
    }

    /// <summary>Stops a run that is not done when its time is over or its journal is full.</summary>
    private void GuardRun()
    {
        if (State.Stopping is not null || (State.OpenSteps == 0 && !PlansOn && State.NextRepair is null)) return;
        if (Now >= State.Deadline) StopForTime();
        else if (State.Seq >= State.Contract.MaxEvents)
            Stop(ErrorCodes.JournalExceeded,
                $"The journal of the run has {State.Seq} events, as many as its contract allows.", step: null);
    }

    private void StopForTime() => Stop(ErrorCodes.RunTimeout,
        $"The run took longer than the {State.Contract.MaxRunMs} ms that its contract allows.", step: null);

    private (StepState Step, CallState Call) FindReady(RunEvent.ApprovalDecided decided)
    {
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.Ready && call.LastApproval == decided.ApprovalId) return (step, call);
        throw new System.Diagnostics.UnreachableException("A decision that is taken has its call.");
    }

    private StepState StepOf(CallKey key) => State.Step(key.Step)!;

    private CallState Call(CallKey key) => StepOf(key).Calls[key.Item ?? 0];
}
