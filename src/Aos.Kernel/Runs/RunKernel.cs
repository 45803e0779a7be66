using System.Collections.Immutable;
using System.Diagnostics;
using Aos.Contracts.Runs;

namespace Aos.Kernel.Runs;

/// <summary>What a fact leads to.</summary>
/// <param name="Events">The fact and the decisions on it, in order; empty where the fact changes nothing.</param>
/// <param name="Effects">What is asked of the outside, in order.</param>
/// <param name="State">The state after the events: what folding them onto the state before gives.</param>
public readonly record struct Transition(
    ImmutableArray<RunEvent> Events, ImmutableArray<Effect> Effects, RunState State);

/// <summary>The rules of a run. Pure and total: the same state and fact give the same transition, on every machine,
/// for ever.</summary>
public static class RunKernel
{
    /// <summary>The version of these rules, which every run records. A change of behaviour is a new version; runs of an
    /// earlier one keep theirs. Since 2, what a failed call says is tainted where its results are. Since 3, who
    /// approves does so in the role that was asked, a policy that comes later may ask for more people of it, calls of
    /// one skill that wait for their slots hold up no other skill, and paths are matched as servers resolve
    /// them.</summary>
    public const int RulesVersion = 3;

    /// <summary>Takes a fact. Its time is kept to the microsecond, as the journal keeps it.</summary>
    public static Transition Advance(RunState state, RunEvent.Fact fact)
    {
        if (!Moments.IsExact(fact.At)) fact = fact with { At = Moments.Exact(fact.At) };
        if (IsIgnored(state, fact)) return new Transition([], [], state);
        var turn = new Turn(state.Draft(), fact);
        switch (fact)
        {
            case RunEvent.RunSubmitted submitted: turn.Take(submitted); break;
            case RunEvent.PlannerAnswered answered: turn.Take(answered); break;
            case RunEvent.CallQuoted: break; // The call is ready now, and starts below.
            case RunEvent.AttemptReturned returned: turn.Take(returned); break;
            case RunEvent.TimeReached: turn.TakeTime(); break;
            case RunEvent.ApprovalDecided decided: turn.Take(decided); break;
            case RunEvent.PolicyTightened: turn.TakePolicy(); break;
            case RunEvent.SlotAnswered answered: turn.Take(answered); break;
            case RunEvent.OutcomeSettled settled: turn.Take(settled); break;
            case RunEvent.SignalReceived signal: turn.Take(signal); break;
            case RunEvent.CancelRequested cancel: turn.Take(cancel); break;
            case RunEvent.RunRecovered recovered: turn.Take(recovered); break;
            case RunEvent.RunForked: turn.TakeRecovery(); break;
            default: throw new UnreachableException($"No rule for {fact.GetType().Name}.");
        }
        return turn.End();
    }

    // A fact that is repeated, or that comes too late to matter, leaves no trace. An attempt that comes back after it
    // was given up does: its answer is kept.
    private static bool IsIgnored(RunState state, RunEvent.Fact fact) => fact switch
    {
        RunEvent.RunSubmitted => state.Submitted is not null,
        RunEvent.AttemptReturned returned =>
            state.Step(returned.StepId) is null || IsRepeated(state, returned),
        _ when state.Submitted is null || state.Ended is not null => true,
        RunEvent.CallQuoted quoted => !IsQuoting(state, quoted),
        RunEvent.PlannerAnswered answered => !state.IsPlanning || answered.Round != state.PlannerRounds,
        RunEvent.TimeReached reached => state.NextWake is not { } due || reached.At < due,
        RunEvent.ApprovalDecided decided =>
            state.Stopping is not null || ApprovalRules.Refuse(state, decided) is not null,
        RunEvent.PolicyTightened tightened => state.Policies?.Holds(tightened.Policy) == true,
        RunEvent.SlotAnswered answered => state.Stopping is not null || !AwaitsSlot(state, answered),
        RunEvent.OutcomeSettled settled => state.Stopping is not null || !AwaitsSettlement(state, settled),
        RunEvent.SignalReceived signal =>
            state.Stopping is not null || (signal.Key is { } key && state.KnowsSignal(key)),
        RunEvent.CancelRequested => state.Stopping is not null,
        RunEvent.RunRecovered recovered => recovered.Epoch <= state.Epoch,
        RunEvent.RunForked forked => state.Stopping is not null || forked.RunId == state.Submitted.RunId,
        _ => false,
    };

    private static bool IsRepeated(RunState state, RunEvent.AttemptReturned returned)
    {
        if (state.IsInFlight(returned.StepId, returned.Item, returned.Attempt)) return false;
        foreach (var call in state.Step(returned.StepId)!.Calls)
            if (call.Key.Item == returned.Item)
                foreach (var attempt in call.History)
                    if (attempt.Number == returned.Attempt) return !attempt.IsLost || attempt.Late is not null;
        return true; // Nobody ever started it.
    }

    private static bool IsQuoting(RunState state, RunEvent.CallQuoted quoted)
    {
        if (state.Step(quoted.StepId) is not { } step) return false;
        foreach (var call in step.Calls)
            if (call.Key.Item == quoted.Item)
                return call.Phase == CallPhase.Quoting && call.Attempts + 1 == quoted.Attempt;
        return false;
    }

    private static bool AwaitsSlot(RunState state, RunEvent.SlotAnswered answered)
    {
        if (state.Step(answered.StepId) is not { } step) return false;
        foreach (var call in step.Calls)
            if (call.Key.Item == answered.Item) return call.Phase == CallPhase.AwaitingSlot;
        return false;
    }

    private static bool AwaitsSettlement(RunState state, RunEvent.OutcomeSettled settled)
    {
        if (state.Step(settled.StepId) is not { } step) return false;
        foreach (var call in step.Calls)
            if (call.Key.Item == settled.Item) return call.Phase == CallPhase.AwaitingSettlement;
        return false;
    }
}
