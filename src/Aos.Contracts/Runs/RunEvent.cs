using System.Text.Json.Serialization;

namespace Aos.Contracts.Runs;

/// <summary>What the journal of a run keeps: facts from outside, and the decisions that the kernel took on
/// them.</summary>
/// <remarks>Stored for ever: members may be added as optional, never given another meaning. Each fact is followed by
/// the decisions on it, so that a replay can feed the facts to a kernel and compare the decisions. All share the time
/// of their fact.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunSubmitted), "run_submitted")]
[JsonDerivedType(typeof(PlannerAnswered), "planner_answered")]
[JsonDerivedType(typeof(CallQuoted), "call_quoted")]
[JsonDerivedType(typeof(AttemptReturned), "attempt_returned")]
[JsonDerivedType(typeof(TimeReached), "time_reached")]
[JsonDerivedType(typeof(ApprovalDecided), "approval_decided")]
[JsonDerivedType(typeof(PolicyTightened), "policy_tightened")]
[JsonDerivedType(typeof(OutcomeSettled), "outcome_settled")]
[JsonDerivedType(typeof(SignalReceived), "signal_received")]
[JsonDerivedType(typeof(SlotAnswered), "slot_answered")]
[JsonDerivedType(typeof(CancelRequested), "cancel_requested")]
[JsonDerivedType(typeof(RunRecovered), "run_recovered")]
[JsonDerivedType(typeof(RunForked), "run_forked")]
[JsonDerivedType(typeof(PlanRequested), "plan_requested")]
[JsonDerivedType(typeof(PlannerRetryScheduled), "planner_retry_scheduled")]
[JsonDerivedType(typeof(PlannerLost), "planner_lost")]
[JsonDerivedType(typeof(PlanAccepted), "plan_accepted")]
[JsonDerivedType(typeof(PlanAborted), "plan_aborted")]
[JsonDerivedType(typeof(StepExpanded), "step_expanded")]
[JsonDerivedType(typeof(ApprovalRequested), "approval_requested")]
[JsonDerivedType(typeof(ApprovalEscalated), "approval_escalated")]
[JsonDerivedType(typeof(PolicyDenied), "policy_denied")]
[JsonDerivedType(typeof(QuoteRequested), "quote_requested")]
[JsonDerivedType(typeof(SlotRequested), "slot_requested")]
[JsonDerivedType(typeof(AttemptStarted), "attempt_started")]
[JsonDerivedType(typeof(AttemptLost), "attempt_lost")]
[JsonDerivedType(typeof(RetryScheduled), "retry_scheduled")]
[JsonDerivedType(typeof(FallbackChosen), "fallback_chosen")]
[JsonDerivedType(typeof(SettlementRequested), "settlement_requested")]
[JsonDerivedType(typeof(WaitStarted), "wait_started")]
[JsonDerivedType(typeof(SignalTaken), "signal_taken")]
[JsonDerivedType(typeof(ItemEnded), "item_ended")]
[JsonDerivedType(typeof(StepEnded), "step_ended")]
[JsonDerivedType(typeof(RunStopping), "run_stopping")]
[JsonDerivedType(typeof(RunEnded), "run_ended")]
public abstract partial record RunEvent
{
    private RunEvent() { } // Closed: these are all the cases.

    /// <summary>When the fact happened.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Something that came from outside. The kernel's input.</summary>
    public abstract record Fact : RunEvent
    {
        private protected Fact() { }
    }

    /// <summary>Something that the kernel decided.</summary>
    public abstract record Decision : RunEvent
    {
        private protected Decision() { }
    }
}
