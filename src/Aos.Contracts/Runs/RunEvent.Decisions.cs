using System.Text.Json.Serialization;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <content>What the kernel decided.</content>
public abstract partial record RunEvent
{
    /// <summary>A planner is asked.</summary>
    public sealed record PlanRequested : Decision
    {
        /// <summary>Which round, from 1. Every question counts.</summary>
        public required int Round { get; init; }

        /// <summary>How often in a row what it answered was refused: it is asked to mend that. Absent: it is
        /// not.</summary>
        public int? Repair { get; init; }

        /// <summary>Money held for the answer.</summary>
        [JsonPropertyName("reserved_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Reserved { get; init; }
    }

    /// <summary>A planner that could not answer is asked again later.</summary>
    public sealed record PlannerRetryScheduled : Decision
    {
        /// <summary>The round that got no answer.</summary>
        public required int Round { get; init; }

        /// <summary>Milliseconds to wait.</summary>
        public required long DelayMs { get; init; }

        /// <summary>Where the wait comes from.</summary>
        public required BackoffRule Rule { get; init; }

        /// <summary>The bound in milliseconds under which the jitter was drawn, or what the other side asked
        /// for.</summary>
        public required long BoundMs { get; init; }
    }

    /// <summary>Nobody waits for a planner's answer any more, because its owner died or the run is over. What was held
    /// for it is counted as spent, since it may have been.</summary>
    public sealed record PlannerLost : Decision
    {
        /// <summary>Which round.</summary>
        public required int Round { get; init; }
    }

    /// <summary>A plan of an iterative planner failed: nothing more of it is started, and the planner sees what came of
    /// it.</summary>
    public sealed record PlanAborted : Decision
    {
        /// <summary>Why.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened.</summary>
        public string? Message { get; init; }

        /// <summary>The step that failed.</summary>
        public required StepId StepId { get; init; }
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

        /// <summary>How many items there are, where a simulation knows that but not what they are. Absent: the list
        /// says it.</summary>
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

        /// <summary>How many people must approve. Absent: one.</summary>
        public int? Quorum { get; init; }

        /// <summary>Whether who decides must say why. Absent: no.</summary>
        public bool? ReasonRequired { get; init; }

        /// <summary>When another role may decide too. Absent: never.</summary>
        public DateTimeOffset? EscalateAt { get; init; }

        /// <summary>The role that may decide too from then on.</summary>
        public string? EscalateTo { get; init; }

        /// <summary>Who approved this very input already. Absent: nobody.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<string> ApprovedBy { get; init; }

        /// <summary>The rules that ask for it. Absent: the plan does.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<AppliedRule> Rules { get; init; }
    }

    /// <summary>Nobody decided on a request for a while: another role may, too.</summary>
    public sealed record ApprovalEscalated : Decision
    {
        /// <summary>The request.</summary>
        public required ApprovalId ApprovalId { get; init; }

        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The role that may decide too.</summary>
        public required string Role { get; init; }
    }

    /// <summary>A policy denied a call: it was not made.</summary>
    public sealed record PolicyDenied : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The skill that would have been called.</summary>
        public required SkillName Skill { get; init; }

        /// <summary>Its version.</summary>
        public required SkillVersion SkillVersion { get; init; }

        /// <summary>The input that would have been sent.</summary>
        public required Payload Input { get; init; }

        /// <summary>The rules that had a say, those that denied it first.</summary>
        public ValueList<AppliedRule> Rules { get; init; }
    }

    /// <summary>A skill is asked what an attempt would cost.</summary>
    public sealed record QuoteRequested : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The attempt that it is for, from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary>The input, canonical; absent where it is that of the attempt before.</summary>
        public Payload? Input { get; init; }
    }

    /// <summary>A call asks for a slot: the rates of agent and tenant say when it may be made.</summary>
    public sealed record SlotRequested : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The skill that would be called.</summary>
        public required SkillName Skill { get; init; }

        /// <summary>Its version.</summary>
        public required SkillVersion SkillVersion { get; init; }
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

        /// <summary>The rules of policies that had a say. Absent: none had.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<AppliedRule> Rules { get; init; }

        /// <summary>Which of the ways that the skill named it is made in. Absent: the skill named none.</summary>
        public string? Way { get; init; }

        /// <summary>Whether the input holds what a model or a stranger wrote. Absent: it does not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Tainted { get; init; }
    }

    /// <summary>An attempt was in flight when its owner died: its outcome is unknown. What was held for it is counted
    /// as spent, since it may have been.</summary>
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

        /// <summary>The bound in milliseconds under which the jitter was drawn, or what the other side asked
        /// for.</summary>
        public required long BoundMs { get; init; }

        /// <summary>The way that is taken instead of the one that failed. Absent: the same.</summary>
        public string? Way { get; init; }
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

    /// <summary>A step waits: for a time, until a moment, or for a signal.</summary>
    public sealed record WaitStarted : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The signal that is waited for; absent where it is a moment.</summary>
        public SignalName? Signal { get; init; }

        /// <summary>Milliseconds that the wait takes; for a signal, that it may take at most.</summary>
        public long? ForMs { get; init; }

        /// <summary>The moment that the plan names.</summary>
        public DateTimeOffset? Until { get; init; }
    }

    /// <summary>A step has the signal that it waited for: its data are the result.</summary>
    public sealed record SignalTaken : Decision
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The sequence number of the <see cref="SignalReceived"/>.</summary>
        public required long Seq { get; init; }
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
