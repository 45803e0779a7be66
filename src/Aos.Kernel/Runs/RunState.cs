using System.Collections.Immutable;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Runs;

/// <summary>The state of a run: the fold of its events, and nothing else.</summary>
/// <remarks>Seen from outside it never changes; a transition makes the next state from it and shares what it does not
/// touch. Safe for concurrent readers.</remarks>
public sealed partial class RunState
{
    private RunState(IRunDocuments documents) => Documents = documents;

    /// <summary>The documents that the events name.</summary>
    public IRunDocuments Documents { get; }

    /// <summary>How many events were folded: the sequence number of the last.</summary>
    public long Seq { get; private set; }

    /// <summary>How the run was submitted; null before its first event.</summary>
    public RunEvent.RunSubmitted? Submitted { get; private set; }

    /// <summary>What was fixed at admission.</summary>
    /// <exception cref="InvalidOperationException">The run was not submitted.</exception>
    public RunSettings Settings =>
        _settings?.Settings ?? throw new InvalidOperationException("The run was not submitted.");

    /// <summary>The limits granted.</summary>
    public ResourceContract Contract => Settings.Contract;

    /// <summary>The policies that bind it now: those of its admission, and those that tightened them since. Null where
    /// there are none.</summary>
    public PolicySet? Policies { get; private set; }

    /// <summary>What the run has used of the limits of its policies.</summary>
    public IReadOnlyDictionary<string, RuleUse> Used => _used;

    /// <summary>The failure catalog of the run.</summary>
    public FailureIndex Catalog => _settings?.Catalog ?? FailureIndex.BuiltIn;

    /// <summary>The plan; null until there is one.</summary>
    public PlanProgram? Program { get; private set; }

    /// <summary>The steps, in the order of the plan.</summary>
    public ImmutableArray<StepState> Steps { get; private set; } = [];

    /// <summary>Money spent.</summary>
    public Money Spent { get; private set; }

    /// <summary>Money held for attempts in flight.</summary>
    public Money Reserved { get; private set; }

    /// <summary>What of <see cref="Spent"/> the run was forked with: another run has paid it.</summary>
    public Money Inherited { get; private set; }

    /// <summary>The most that the run may have spent in all: its budget, and no more than the ledger holds for
    /// it.</summary>
    public Money Limit =>
        Submitted?.Hold is { } hold ? Money.Min(Contract.Budget, Inherited + hold.Amount) : Contract.Budget;

    /// <summary>Money neither spent nor held.</summary>
    public Money Free => (Limit - Spent - Reserved).OrZero;

    /// <summary>Attempts started.</summary>
    public int Attempts { get; private set; }

    /// <summary>Attempts in flight.</summary>
    public int InFlight { get; private set; }

    /// <summary>Whether a result holds what a model or a stranger wrote.</summary>
    internal bool HasTaint { get; private set; }

    /// <summary>Whether a model wrote the plan.</summary>
    internal bool IsPlanTainted => Settings.Planning is { Tainted: true };

    /// <summary>Steps that have not ended.</summary>
    public int OpenSteps { get; private set; }

    /// <summary>Rounds of planning asked for.</summary>
    public int PlannerRounds { get; private set; }

    /// <summary>Whether a planner's answer is awaited.</summary>
    public bool IsPlanning { get; private set; }

    /// <summary>How often in a row the planner's answers were refused, where it is asked to mend the last.</summary>
    public int PlanRepair { get; private set; }

    /// <summary>The answer that the planner is to mend; null where it starts afresh.</summary>
    public RunEvent.PlannerAnswered? RefusedAnswer { get; private set; }

    /// <summary>Which repair the planner is asked for next, 0 for none; null where it is not asked of itself.</summary>
    internal int? NextRepair { get; private set; }

    /// <summary>When the planner that was busy is asked again; null where it does not wait.</summary>
    internal DateTimeOffset? PlannerDue { get; private set; }

    /// <summary>Money held for the planner's answer.</summary>
    internal Money PlannerReserved { get; private set; }

    /// <summary>How often in a row the planner could not answer.</summary>
    internal int PlannerFailures { get; private set; }

    /// <summary>Whether the last plan of an iterative planner failed, so that nothing more of it is started.</summary>
    public bool IsAborting { get; private set; }

    /// <summary>The plans of a planner so far, in order.</summary>
    internal ImmutableArray<PlanRound> PlanRounds { get; private set; } = [];

    /// <summary>How often the run changed its owner, from 1.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Why the run is stopping; null while it is not.</summary>
    public RunEvent.RunStopping? Stopping { get; private set; }

    /// <summary>Whether somebody's request is why the run stops or stopped.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Whether the grace period of a stopping run is over.</summary>
    public bool IsGraceOver { get; private set; }

    /// <summary>How the run ended; null until then.</summary>
    public RunEvent.RunEnded? Ended { get; private set; }

    /// <summary>The time of the last event.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>When the run is stopped at the latest.</summary>
    public DateTimeOffset Deadline { get; private set; }

    /// <summary>The last planner's answer; null before the first.</summary>
    public RunEvent.PlannerAnswered? LastAnswer { get; private set; }

    /// <summary>The status.</summary>
    public RunStatus Status => Ended?.Status ?? (WaitingFor is null ? RunStatus.Running : RunStatus.Waiting);

    /// <summary>What the run waits for; null where it goes on by itself or has ended.</summary>
    public WaitReason? WaitingFor
    {
        get
        {
            if (Ended is not null || IsPlanning || InFlight > 0 || Submitted is null) return null;
            WaitReason? reason = PlannerDue is null ? null : WaitReason.Timer;
            foreach (var step in Steps)
                foreach (var call in step.Calls)
                {
                    if (call.Phase is CallPhase.Ready or CallPhase.Quoting or CallPhase.AwaitingSlot && !IsAborting)
                        return null;
                    if (ReasonOf(call.Phase) is { } other && (reason is null || Rank(other) < Rank(reason.Value)))
                        reason = other;
                }
            return reason;
        }
    }

    /// <summary>Whether a call, or the planner, waits for the moment of its next attempt, or a call for its
    /// slot.</summary>
    public bool IsBackingOff
    {
        get
        {
            if (Ended is not null || Stopping is not null) return false;
            if (PlannerDue is not null) return true;
            foreach (var step in Steps)
                foreach (var call in step.Calls)
                    if (call.Phase is CallPhase.BackingOff or CallPhase.Paced) return true;
            return false;
        }
    }

    /// <summary>Whether a call waits for the moment that its plan names.</summary>
    public bool IsSleeping
    {
        get
        {
            if (Ended is not null || Stopping is not null) return false;
            foreach (var step in Steps)
                foreach (var call in step.Calls)
                    if (call.Phase == CallPhase.Sleeping) return true;
            return false;
        }
    }

    /// <summary>Whether a call waits for nothing but a moment, so that somebody's turn is not all that the run waits
    /// for.</summary>
    public bool GoesOnByItself => IsBackingOff || IsSleeping;

    /// <summary>Whether the time of an open request for approval is over.</summary>
    /// <param name="at">The moment.</param>
    public bool HasExpiredRequest(DateTimeOffset at)
    {
        foreach (var step in Steps)
        {
            if (step.IsEnded) continue;
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.AwaitingApproval && call.Approval!.ExpiresAt <= at) return true;
        }
        return false;
    }

    /// <summary>How the run came from another; null where it was not forked.</summary>
    public RunEvent.RunForked? Forked { get; private set; }

    /// <summary>Signals that no step has waited for yet, oldest first, by their sequence numbers.</summary>
    public ImmutableArray<KeptSignal> Signals { get; private set; } = [];

    /// <summary>The next moment at which the run must be told the time; null where there is none.</summary>
    public DateTimeOffset? NextWake
    {
        get
        {
            if (Ended is not null || Submitted is null) return null;
            if (Stopping is not null) return IsGraceOver || (InFlight == 0 && !IsPlanning) ? null : Stopping.GraceUntil;
            var next = PlannerDue < Deadline ? PlannerDue.Value : Deadline;
            foreach (var step in Steps)
            {
                if (step.IsEnded) continue;
                foreach (var call in step.Calls)
                    if (DueOf(call) is { } due && due < next) next = due;
            }
            return next;
        }
    }

    /// <summary>The state before the first event.</summary>
    public static RunState Empty(IRunDocuments documents) => new(documents);

    /// <summary>The state after some events.</summary>
    public static RunState Fold(IRunDocuments documents, IEnumerable<RunEvent> events) =>
        Empty(documents).FoldOn(events);

    /// <summary>This state with more events folded in.</summary>
    public RunState FoldOn(IEnumerable<RunEvent> events)
    {
        var next = Draft();
        foreach (var e in events) next.Apply(e);
        return next;
    }

    /// <summary>A step by its name; null where there is none.</summary>
    public StepState? Step(StepId id) => Program?.IndexOf(id.Value) is >= 0 and var index ? Steps[index] : null;

    internal static DateTimeOffset? DueOf(CallState call) => call.Phase switch
    {
        CallPhase.BackingOff or CallPhase.Paced or CallPhase.Sleeping or CallPhase.AwaitingSignal => call.Due,
        CallPhase.AwaitingApproval =>
            call.Approval is { EscalateAt: { } escalate } request && call.Approvals!.EscalatedTo is null
            && escalate < request.ExpiresAt ? escalate : call.Approval!.ExpiresAt,
        _ => null,
    };

    /// <summary>How many calls have ended in failure with the skill and input of this one.</summary>
    internal int EqualFailures(string key) => _equalFailures.GetValueOrDefault(key);

    /// <summary>Whether a signal of this sender's id was received.</summary>
    public bool KnowsSignal(string key) => _signalKeys.Contains(key);

    private static WaitReason? ReasonOf(CallPhase phase) => phase switch
    {
        CallPhase.AwaitingApproval => WaitReason.Approval,
        CallPhase.AwaitingSettlement => WaitReason.UnknownOutcome,
        CallPhase.AwaitingSignal => WaitReason.Signal,
        CallPhase.BackingOff or CallPhase.Paced or CallPhase.Sleeping => WaitReason.Timer,
        _ => null,
    };

    // Of several reasons the one is told that somebody must do something about.
    private static int Rank(WaitReason reason) => reason switch
    {
        WaitReason.Approval => 0,
        WaitReason.UnknownOutcome => 1,
        WaitReason.Signal => 2,
        _ => 3,
    };
}

/// <summary>A plan that a planner made for a run.</summary>
/// <param name="Round">The round of planning.</param>
/// <param name="Plan">The pinned plan.</param>
/// <param name="FirstStep">The index of its first step among those of the run.</param>
internal readonly record struct PlanRound(int Round, Digest Plan, int FirstStep);

/// <summary>A signal that is kept until a step waits for it.</summary>
/// <param name="Seq">The sequence number of its event.</param>
/// <param name="Signal">The signal.</param>
public readonly record struct KeptSignal(long Seq, RunEvent.SignalReceived Signal);
