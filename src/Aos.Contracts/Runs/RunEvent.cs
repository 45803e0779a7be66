using System.Text.Json.Serialization;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>What the journal of a run keeps: facts from outside, and the decisions that the kernel took on them.</summary>
/// <remarks>Stored for ever: members may be added as optional, never given another meaning. Each fact is followed by
/// the decisions on it, so that a replay can feed the facts to a kernel and compare the decisions. All share the time
/// of their fact.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunSubmitted), "run_submitted")]
[JsonDerivedType(typeof(PlannerAnswered), "planner_answered")]
[JsonDerivedType(typeof(AttemptReturned), "attempt_returned")]
[JsonDerivedType(typeof(TimeReached), "time_reached")]
[JsonDerivedType(typeof(ApprovalDecided), "approval_decided")]
[JsonDerivedType(typeof(OutcomeSettled), "outcome_settled")]
[JsonDerivedType(typeof(CancelRequested), "cancel_requested")]
[JsonDerivedType(typeof(RunRecovered), "run_recovered")]
[JsonDerivedType(typeof(PlanRequested), "plan_requested")]
[JsonDerivedType(typeof(PlanAccepted), "plan_accepted")]
[JsonDerivedType(typeof(StepExpanded), "step_expanded")]
[JsonDerivedType(typeof(ApprovalRequested), "approval_requested")]
[JsonDerivedType(typeof(AttemptStarted), "attempt_started")]
[JsonDerivedType(typeof(AttemptLost), "attempt_lost")]
[JsonDerivedType(typeof(RetryScheduled), "retry_scheduled")]
[JsonDerivedType(typeof(FallbackChosen), "fallback_chosen")]
[JsonDerivedType(typeof(SettlementRequested), "settlement_requested")]
[JsonDerivedType(typeof(ItemEnded), "item_ended")]
[JsonDerivedType(typeof(StepEnded), "step_ended")]
[JsonDerivedType(typeof(RunStopping), "run_stopping")]
[JsonDerivedType(typeof(RunEnded), "run_ended")]
public abstract record RunEvent
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

    /// <summary>A run was admitted. The first event of every journal.</summary>
    public sealed record RunSubmitted : Fact
    {
        /// <summary>The run.</summary>
        public required RunId RunId { get; init; }

        /// <summary>The tenant.</summary>
        public required string Tenant { get; init; }

        /// <summary>The agent.</summary>
        public required string AgentId { get; init; }

        /// <summary>What is to be reached; absent where only a plan was given.</summary>
        public string? Goal { get; init; }

        /// <summary>The input of the run.</summary>
        public required Payload Input { get; init; }

        /// <summary>The <see cref="RunSettings"/>, by content.</summary>
        public required Digest Settings { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content; absent where a planner makes it.</summary>
        public Digest? Plan { get; init; }

        /// <summary>The digest of what was asked, where it was asked under an idempotency key.</summary>
        public Digest? Request { get; init; }

        /// <summary>The trace that the run belongs to: 32 hexadecimal digits.</summary>
        public required string TraceId { get; init; }
    }

    /// <summary>A planner answered, with a valid plan or with a failure.</summary>
    public sealed record PlannerAnswered : Fact
    {
        /// <summary>Which round of planning, from 1.</summary>
        public required int Round { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content; absent on failure or when nothing is left to do.</summary>
        public Digest? Plan { get; init; }

        /// <summary>The code: <c>OK</c> or why there is no plan.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What went wrong.</summary>
        public string? Message { get; init; }

        /// <summary>Each mistake of a plan that was refused.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Problem> Problems { get; init; }

        /// <summary>What the answer cost.</summary>
        [JsonPropertyName("cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Cost { get; init; }

        /// <summary>Milliseconds that it took.</summary>
        public double LatencyMs { get; init; }
    }

    /// <summary>An attempt came back.</summary>
    public sealed record AttemptReturned : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step, from 0; absent otherwise.</summary>
        public int? Item { get; init; }

        /// <summary>Which attempt of the step (or item), from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary>Success, failure, cancelled or unknown.</summary>
        public required OutcomeStatus Status { get; init; }

        /// <summary>The code.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened.</summary>
        public string? Message { get; init; }

        /// <summary>The result.</summary>
        public Payload? Result { get; init; }

        /// <summary>Whether a failed attempt changed the world.</summary>
        public EffectState? Effect { get; init; }

        /// <summary>Milliseconds that the other side asked to wait.</summary>
        public long? RetryAfterMs { get; init; }

        /// <summary>What lay beneath.</summary>
        public string? Cause { get; init; }

        /// <summary>Each mistake by its place, where input or result broke the contract.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Problem> Problems { get; init; }

        /// <summary>What it cost.</summary>
        [JsonPropertyName("cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Cost { get; init; }

        /// <summary>Milliseconds that it took.</summary>
        public double LatencyMs { get; init; }

        /// <summary>What was changed in the world.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<SideEffect> SideEffects { get; init; }
    }

    /// <summary>A moment that the run waited for has come.</summary>
    public sealed record TimeReached : Fact;

    /// <summary>Somebody decided on an approval request.</summary>
    public sealed record ApprovalDecided : Fact
    {
        /// <summary>The request.</summary>
        public required ApprovalId ApprovalId { get; init; }

        /// <summary>Whether the call may be made.</summary>
        public required bool Approved { get; init; }

        /// <summary>Who decided.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }

        /// <summary>The input that replaces the one shown; absent where it was not edited.</summary>
        public Payload? Input { get; init; }
    }

    /// <summary>Somebody found out what became of an attempt whose outcome was unknown.</summary>
    public sealed record OutcomeSettled : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>Whether the effect happened.</summary>
        public required bool Happened { get; init; }

        /// <summary>The result, where it happened.</summary>
        public Payload? Result { get; init; }

        /// <summary>Who found out.</summary>
        public required string By { get; init; }

        /// <summary>How.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>Somebody asked to stop the run.</summary>
    public sealed record CancelRequested : Fact
    {
        /// <summary>Who.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>The run has a new owner: what the one before had in flight is lost.</summary>
    public sealed record RunRecovered : Fact
    {
        /// <summary>The epoch of the new owner, which grows by one each time.</summary>
        public required int Epoch { get; init; }
    }

    /// <summary>A planner is asked.</summary>
    public sealed record PlanRequested : Decision
    {
        /// <summary>Which round, from 1.</summary>
        public required int Round { get; init; }
    }

    /// <summary>A plan is taken on.</summary>
    public sealed record PlanAccepted : Decision
    {
        /// <summary>Which round of planning; 0 for a plan that came with the run.</summary>
        public required int Round { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content.</summary>
        public required Digest Plan { get; init; }
    }

    /// <summary>A step is done for each item of a list.</summary>
    public sealed record StepExpanded : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The list.</summary>
        public required Payload Items { get; init; }

        /// <summary>How many items there are, where a simulation knows that but not what they are. Absent: the list says it.</summary>
        public int? Count { get; init; }
    }

    /// <summary>A call waits for a person.</summary>
    public sealed record ApprovalRequested : Decision
    {
        /// <summary>The request.</summary>
        public required ApprovalId ApprovalId { get; init; }

        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The skill that would be called.</summary>
        public required SkillName Skill { get; init; }

        /// <summary>Its version.</summary>
        public required SkillVersion SkillVersion { get; init; }

        /// <summary>The exact input that would be sent.</summary>
        public required Payload Input { get; init; }

        /// <summary>The digest of the input's canonical form.</summary>
        public required Digest InputDigest { get; init; }

        /// <summary>The role that may decide.</summary>
        public required string Role { get; init; }

        /// <summary>What the person is told.</summary>
        public string? Reason { get; init; }

        /// <summary>When the request expires.</summary>
        public required DateTimeOffset ExpiresAt { get; init; }
    }

    /// <summary>A skill is called.</summary>
    public sealed record AttemptStarted : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>Which attempt of the step (or item), from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary>The skill.</summary>
        public required SkillName Skill { get; init; }

        /// <summary>Its version.</summary>
        public required SkillVersion SkillVersion { get; init; }

        /// <summary>The input, canonical; absent where it is that of the attempt before.</summary>
        public Payload? Input { get; init; }

        /// <summary>The effect class of this call.</summary>
        public EffectClass Effect { get; init; }

        /// <summary>Whether this is the fallback of the step. Absent: it is not.</summary>
        public bool? Fallback { get; init; }

        /// <summary>Milliseconds that it may take.</summary>
        public required int TimeoutMs { get; init; }

        /// <summary>Money held for it.</summary>
        [JsonPropertyName("reserved_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Reserved { get; init; }

        /// <summary>What it is expected to cost.</summary>
        [JsonPropertyName("predicted_cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money PredictedCost { get; init; }

        /// <summary>Milliseconds that it is expected to take.</summary>
        public int PredictedLatencyMs { get; init; }
    }

    /// <summary>An attempt was in flight when its owner died: its outcome is unknown. What was held for it is counted as
    /// spent, since it may have been.</summary>
    public sealed record AttemptLost : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>Which attempt.</summary>
        public required int Attempt { get; init; }
    }

    /// <summary>A failed attempt will be made again.</summary>
    public sealed record RetryScheduled : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The next attempt.</summary>
        public required int Attempt { get; init; }

        /// <summary>Milliseconds to wait.</summary>
        public required long DelayMs { get; init; }

        /// <summary>Where the wait comes from.</summary>
        public required BackoffRule Rule { get; init; }

        /// <summary>The bound in milliseconds under which the jitter was drawn, or what the other side asked for.</summary>
        public required long BoundMs { get; init; }
    }

    /// <summary>Another skill is called in place of a failed one.</summary>
    public sealed record FallbackChosen : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>Why the first failed.</summary>
        public required ErrorCode Cause { get; init; }
    }

    /// <summary>A person must find out what became of an attempt.</summary>
    public sealed record SettlementRequested : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>What was met.</summary>
        public required ErrorCode Cause { get; init; }
    }

    /// <summary>One item of a fanned-out step ended.</summary>
    public sealed record ItemEnded : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item, from 0.</summary>
        public required int Item { get; init; }

        /// <summary>How.</summary>
        public required OutcomeStatus Status { get; init; }

        /// <summary>The code.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened, where no attempt says it.</summary>
        public string? Message { get; init; }
    }

    /// <summary>A step ended.</summary>
    public sealed record StepEnded : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>How.</summary>
        public required OutcomeStatus Status { get; init; }

        /// <summary>The code.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened, where no attempt says it.</summary>
        public string? Message { get; init; }
    }

    /// <summary>Nothing new starts; what is in flight has until then to end.</summary>
    public sealed record RunStopping : Decision
    {
        /// <summary>Why.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened.</summary>
        public string? Message { get; init; }

        /// <summary>The step that failed, where one did.</summary>
        public StepId? StepId { get; init; }

        /// <summary>When what is still in flight is cancelled.</summary>
        public required DateTimeOffset GraceUntil { get; init; }
    }

    /// <summary>The run ended. The last event, but for attempts that come back late.</summary>
    public sealed record RunEnded : Decision
    {
        /// <summary>Completed, failed or cancelled.</summary>
        public required RunStatus Status { get; init; }

        /// <summary>The code.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened.</summary>
        public string? Message { get; init; }

        /// <summary>The step whose failure failed the run.</summary>
        public StepId? FailedStep { get; init; }

        /// <summary>The output.</summary>
        public Payload? Output { get; init; }

        /// <summary>What the run cost.</summary>
        [JsonPropertyName("cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Cost { get; init; }

        /// <summary>The behaviour digest: equal for two runs that decided alike.</summary>
        public required Digest BehaviourDigest { get; init; }
    }
}

/// <summary>Whether an attempt that did not succeed changed the world.</summary>
[JsonConverter(typeof(SnakeCaseEnum<EffectState>))]
public enum EffectState
{
    /// <summary>It is not known.</summary>
    Unknown,

    /// <summary>It is known that it did not: not sent, or refused before anything was done.</summary>
    None,

    /// <summary>It is known that it did.</summary>
    Happened,
}

/// <summary>Where the wait before an attempt comes from.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BackoffRule>))]
public enum BackoffRule
{
    /// <summary>Exponential, with jitter drawn from run, step and attempt.</summary>
    Exponential,

    /// <summary>The other side said how long.</summary>
    RetryAfter,

    /// <summary>At once: the outcome of a call that may be repeated was lost.</summary>
    Immediate,
}

/// <summary>The status of a run.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RunStatus>))]
public enum RunStatus
{
    /// <summary>Something is in flight or will start.</summary>
    Running,

    /// <summary>Nothing goes on until something comes from outside.</summary>
    Waiting,

    /// <summary>It did what was asked.</summary>
    Completed,

    /// <summary>It did not; a code says why.</summary>
    Failed,

    /// <summary>It was stopped on request.</summary>
    Cancelled,

    /// <summary>It brought its host down or cannot be read; it is left alone until it is released.</summary>
    Quarantined,
}

/// <summary>What a waiting run waits for.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WaitReason>))]
public enum WaitReason
{
    /// <summary>A person's decision.</summary>
    Approval,

    /// <summary>A moment.</summary>
    Timer,

    /// <summary>A named signal.</summary>
    Signal,

    /// <summary>A skill version that is not here.</summary>
    Version,

    /// <summary>Somebody who finds out what became of an attempt.</summary>
    UnknownOutcome,
}
