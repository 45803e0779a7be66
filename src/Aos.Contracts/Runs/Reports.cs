using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>How a run stands or ended: what <c>aos run --json</c> prints.</summary>
public sealed record RunReport
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Its status.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>What it waits for, where it waits.</summary>
    public WaitReason? WaitingFor { get; init; }

    /// <summary>The code: <c>OK</c>, or why it failed; absent while it runs.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The step whose failure failed the run.</summary>
    public StepId? FailedStep { get; init; }

    /// <summary>Where it was forked from; absent where it was not.</summary>
    public Origin? ForkedFrom { get; init; }

    /// <summary>The run that it repeats (<c>aos replay --mode live</c>); absent where it repeats none.</summary>
    public RunId? Repeats { get; init; }

    /// <summary>The goal.</summary>
    public string? Goal { get; init; }

    /// <summary>The agent.</summary>
    public string? AgentId { get; init; }

    /// <summary>The output, where the plan has one.</summary>
    public Payload? Output { get; init; }

    /// <summary>What it cost, planning included.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>Milliseconds from submission to end (or now), waits included.</summary>
    public double LatencyMs { get; init; }

    /// <summary>The behaviour digest; absent while it runs.</summary>
    public Digest? BehaviourDigest { get; init; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The steps, in the order of the plan.</summary>
    public ValueList<StepReport> Steps { get; init; }
}

/// <summary>Where a forked run comes from.</summary>
public sealed record Origin
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The sequence number of its last event that both runs have.</summary>
    public required long Seq { get; init; }
}

/// <summary>What a step waits or waited for.</summary>
public sealed record StepWait
{
    /// <summary>The signal; absent where it is a moment.</summary>
    public SignalName? Signal { get; init; }

    /// <summary>The moment; for a signal, when it is waited for no longer. Absent until it is known, and for a signal
    /// that is waited for as long as the run may take.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>How long it waited, in milliseconds; absent while it does.</summary>
    public double? WaitedMs { get; init; }
}

/// <summary>How a step stands in its life.</summary>
[JsonConverter(typeof(SnakeCaseEnum<StepStatus>))]
public enum StepStatus
{
    /// <summary>Other steps come first.</summary>
    Pending,

    /// <summary>An attempt is in flight or due.</summary>
    Running,

    /// <summary>It waits for a moment, a person or a signal.</summary>
    Waiting,

    /// <summary>It did what was asked.</summary>
    Success,

    /// <summary>It did not.</summary>
    Failure,

    /// <summary>Some of its items did.</summary>
    Partial,

    /// <summary>It was not needed or not reached.</summary>
    Skipped,

    /// <summary>It was stopped on request.</summary>
    Cancelled,

    /// <summary>Whether it happened is not known.</summary>
    Unknown,
}

/// <summary>A step in a <see cref="RunReport"/>.</summary>
public sealed record StepReport
{
    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>The skill that was called, in its exact version. Absent where the step only waits.</summary>
    public SkillRef? Skill { get; init; }

    /// <summary>What the step waits or waited for; absent where it calls a skill.</summary>
    public StepWait? Wait { get; init; }

    /// <summary>Its status.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>The code; absent until it ended.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Attempts started, those of items and of a fallback included.</summary>
    public int Attempts { get; init; }

    /// <summary>What all attempts cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>The outcome; absent until it ended.</summary>
    public StructuredOutcome? Outcome { get; init; }
}

/// <summary>What a simulation foresees: what <c>aos simulate --json</c> prints.</summary>
public sealed record Simulation
{
    /// <summary>Whether the run is expected to complete within its contract.</summary>
    public required bool Feasible { get; init; }

    /// <summary>Whether even the worst case stays within the budget.</summary>
    public required bool BudgetOk { get; init; }

    /// <summary>What it is expected to cost.</summary>
    [JsonPropertyName("estimated_cost_cents")]
    public Money EstimatedCost { get; init; }

    /// <summary>The most that it can cost.</summary>
    [JsonPropertyName("worst_cost_cents")]
    public Money WorstCost { get; init; }

    /// <summary>What the ledger would hold for the run from its admission to its end; absent where it would hold
    /// nothing.</summary>
    [JsonPropertyName("hold_cents")]
    public Money? Hold { get; init; }

    /// <summary>Milliseconds that it is expected to take, along the critical path.</summary>
    public double EstimatedLatencyMs { get; init; }

    /// <summary>The critical path: the steps that the expected time is made of, each begun when the one before had
    /// ended.</summary>
    public ValueList<StepId> CriticalPath { get; init; }

    /// <summary>Attempts that are expected to be made, those of items and of fallbacks included.</summary>
    public int EstimatedAttempts { get; init; }

    /// <summary>The most attempts that the plan can make: every retry, every item, every fallback. The contract stops
    /// the run before that where it allows fewer.</summary>
    public long WorstAttempts { get; init; }

    /// <summary>Rounds of planning that the run can take at most; absent where the plan is given.</summary>
    public int? WorstPlannerRounds { get; init; }

    /// <summary>The code that the run is expected to end with.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Limits that are expected to be hit, in the order in which they are.</summary>
    public ValueList<LimitHit> LimitsHit { get; init; }

    /// <summary>What the profile would have to allow, one sentence each.</summary>
    public ValueList<string> PermissionGaps { get; init; }

    /// <summary>What policies deny.</summary>
    public ValueList<string> PolicyDenials { get; init; }

    /// <summary>Steps that a person must approve.</summary>
    public ValueList<string> ApprovalsNeeded { get; init; }

    /// <summary>What may come out differently, and why.</summary>
    public ValueList<Risk> Risks { get; init; }

    /// <summary>The steps, in the order of the plan.</summary>
    public ValueList<PlannedStep> Steps { get; init; }
}

/// <summary>A limit of money, time or count that a run is expected to hit.</summary>
public sealed record LimitHit
{
    /// <summary>The step; absent for the whole run.</summary>
    public StepId? StepId { get; init; }

    /// <summary>The code that it ends with.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Which limit, and by how much.</summary>
    public required string Message { get; init; }
}

/// <summary>What a budget would make of a run: a row of <c>aos simulate --budget</c>.</summary>
public sealed record BudgetTrial
{
    /// <summary>The budget of the run that is tried.</summary>
    [JsonPropertyName("budget_cents")]
    public required Money Budget { get; init; }

    /// <summary>What is foreseen under it.</summary>
    public required Simulation Simulation { get; init; }
}

/// <summary>Something that may come out differently.</summary>
public sealed record Risk
{
    /// <summary>An empty value, for the reader of JSON and for initialisers.</summary>
    [JsonConstructor]
    public Risk()
    {
    }

    /// <summary>Builds a risk.</summary>
    [SetsRequiredMembers]
    public Risk(StepId? stepId, string code, string message) => (StepId, Code, Message) = (stepId, code, message);

    /// <summary>The step; absent for the whole run.</summary>
    public StepId? StepId { get; init; }

    /// <summary>What kind of risk, such as <c>UNKNOWN_CONDITION</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What may happen.</summary>
    public required string Message { get; init; }
}

/// <summary>A step in a <see cref="Simulation"/>.</summary>
public sealed record PlannedStep
{
    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>The skill, in its exact version. Absent where the step only waits.</summary>
    public SkillRef? Skill { get; init; }

    /// <summary>What the step waits for; absent where it calls a skill.</summary>
    public StepWait? Wait { get; init; }

    /// <summary>How it is expected to end.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>The code that it is expected to end with.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>What a call does to the world.</summary>
    public EffectClass Effect { get; init; }

    /// <summary>Milliseconds from the start of the run at which it is expected to start.</summary>
    public double StartMs { get; init; }

    /// <summary>Milliseconds that it is expected to take.</summary>
    public double LatencyMs { get; init; }

    /// <summary>Attempts that are expected to be made; 0 where it is not reached, or only waits.</summary>
    public int Attempts { get; init; }

    /// <summary>The most attempts that it can make: every retry, every item, its fallback.</summary>
    public long WorstAttempts { get; init; }

    /// <summary>How many items it is expected to be done for; absent where it is not fanned out, or not
    /// reached.</summary>
    public int? Items { get; init; }

    /// <summary>Milliseconds that a wait for a signal can take at most; absent for other steps.</summary>
    public double? WorstLatencyMs { get; init; }

    /// <summary>What it is expected to cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>The most that it can cost.</summary>
    [JsonPropertyName("worst_cost_cents")]
    public Money WorstCost { get; init; }
}

/// <summary>What a replay compared: what <c>aos replay --json</c> prints.</summary>
public sealed record ReplayReport
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>How it was replayed: <c>verify</c>, <c>live</c> or <c>dry</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Whether everything compared was equal.</summary>
    public required bool Parity { get; init; }

    /// <summary>The run that repeated it, in mode <c>live</c>.</summary>
    public RunId? RepeatedBy { get; init; }

    /// <summary>How many events were compared and equal; in the modes <c>live</c> and <c>dry</c>, how many
    /// fields.</summary>
    public int EventsCompared { get; init; }

    /// <summary>The first event that differs; absent at parity.</summary>
    public Divergence? FirstDivergence { get; init; }

    /// <summary>The behaviour digest that the replay computed; absent for a run that has not ended.</summary>
    public Digest? BehaviourDigest { get; init; }

    /// <summary>The steps side by side, in the order of the plan; absent in mode <c>verify</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<StepParity> Steps { get; init; }
}

/// <summary>A step as it was and as it was repeated or foreseen.</summary>
public sealed record StepParity
{
    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>Whether all that is compared of it is equal.</summary>
    public required bool Parity { get; init; }

    /// <summary>How it was.</summary>
    public StepFigures? Expected { get; init; }

    /// <summary>How it was repeated or foreseen; absent where it was not.</summary>
    public StepFigures? Found { get; init; }
}

/// <summary>What a step came to, in figures.</summary>
public sealed record StepFigures
{
    /// <summary>Its status.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>The code; absent until it ended.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Attempts started; absent where a simulation does not say.</summary>
    public int? Attempts { get; init; }

    /// <summary>What it cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>Milliseconds from its start to its end.</summary>
    public double LatencyMs { get; init; }

    /// <summary>Side effects that were reported; absent where a simulation does not say.</summary>
    public int? SideEffects { get; init; }
}

/// <summary>Where a replay first differed.</summary>
public sealed record Divergence
{
    /// <summary>The sequence number of the event, from 1; absent where no events were compared.</summary>
    public long? Seq { get; init; }

    /// <summary>The step; absent where it is the run, and in mode <c>verify</c>.</summary>
    public StepId? StepId { get; init; }

    /// <summary>The field that differs, such as <c>attempts/0/cost_cents</c>; absent in mode <c>verify</c>.</summary>
    public string? Field { get; init; }

    /// <summary>What the journal has; absent where it has nothing there.</summary>
    public Payload? Expected { get; init; }

    /// <summary>What the kernel decided now; absent where it decided nothing.</summary>
    public Payload? Found { get; init; }

    /// <summary>What that means.</summary>
    public required string Message { get; init; }
}
