using System.Text.Json.Serialization;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Outcomes;

/// <summary>How an attempt, a step or a call of the runtime ended.</summary>
[JsonConverter(typeof(SnakeCaseEnum<OutcomeStatus>))]
public enum OutcomeStatus
{
    /// <summary>It did what was asked.</summary>
    Success,

    /// <summary>It did not; <see cref="StructuredOutcome.Failure"/> says why.</summary>
    Failure,

    /// <summary>Some of it was done.</summary>
    Partial,

    /// <summary>It was not needed or not reached.</summary>
    Skipped,

    /// <summary>It was stopped on request.</summary>
    Cancelled,

    /// <summary>Whether it happened is not known.</summary>
    Unknown,
}

/// <summary>What every attempt, step and runtime call returns. Nothing throws instead.</summary>
public sealed record StructuredOutcome
{
    /// <summary>The run, where there is one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The step, where there is one.</summary>
    public StepId? StepId { get; init; }

    /// <summary>Which try this was, from 1; 0 where nothing was tried.</summary>
    public int Attempt { get; init; }

    /// <summary>How it ended.</summary>
    public required OutcomeStatus Status { get; init; }

    /// <summary>The code: <c>OK</c> or one of the taxonomy.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>What happened and what to do, for people. Never secrets.</summary>
    public string? Message { get; init; }

    /// <summary>The result; absent unless something was returned.</summary>
    public Payload? Result { get; init; }

    /// <summary>Why it failed; absent on success.</summary>
    public FailureInfo? Failure { get; init; }

    /// <summary>What the execution took; absent where nothing was executed.</summary>
    public ExecutionInfo? Execution { get; init; }

    /// <summary>What was changed in the world, in order.</summary>
    public ValueList<SideEffect> SideEffects { get; init; }

    /// <summary>What the caller can do next.</summary>
    public NextActions? NextActions { get; init; }

    /// <summary>Where to find it in the traces.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A failure as data.</summary>
public sealed record FailureInfo
{
    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Its category in the catalog.</summary>
    public FailureCategory Category { get; init; }

    /// <summary>Whether trying again can help.</summary>
    public bool Retryable { get; init; }

    /// <summary>Milliseconds that the other side asked to wait.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>What lay beneath: another code, or the text of an exception.</summary>
    public string? Cause { get; init; }

    /// <summary>What usually helps.</summary>
    public ValueList<string> Suggestions { get; init; }

    /// <summary>Other ways to the same end.</summary>
    public ValueList<Alternative> Alternatives { get; init; }

    /// <summary>How often this code was met with this skill before; absent where no history was asked.</summary>
    public int? SimilarPastFailures { get; init; }

    /// <summary>The share of those that recovered, 0 to 1; absent where there were none.</summary>
    [Bounds(0, 1)]
    public double? PastRecoveryRate { get; init; }

    /// <summary>Each mistake by its place, where the input was not valid.</summary>
    public ValueList<Problem> Details { get; init; }
}

/// <summary>A mistake in a document, by its place.</summary>
/// <param name="Pointer">RFC 6901 pointer into the document; empty for the whole.</param>
/// <param name="Code">The code of the rule that was broken.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record Problem(string Pointer, ErrorCode Code, string Message)
{
    /// <summary>The line of the text that was read, from 1, where the value begins; absent where there was no text, or
    /// nobody looked.</summary>
    public int? Line { get; init; }

    /// <summary>The character of the line, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>The same mistake as part of a larger document.</summary>
    /// <param name="pointer">The place of the document that it is a mistake of.</param>
    public Problem Under(string pointer) => this with { Pointer = pointer + Pointer };
}

/// <summary>Another call that may reach the same end.</summary>
public sealed record Alternative
{
    /// <summary>The skill.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>Why it may help.</summary>
    public string? Reason { get; init; }

    /// <summary>An input for it, where one can be given.</summary>
    public Payload? Input { get; init; }
}

/// <summary>What an execution was and took.</summary>
public sealed record ExecutionInfo
{
    /// <summary>The skill.</summary>
    public SkillName? Skill { get; init; }

    /// <summary>Its version.</summary>
    public SkillVersion? SkillVersion { get; init; }

    /// <summary>Milliseconds from start to end.</summary>
    public double LatencyMs { get; init; }

    /// <summary>What it cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>What it was expected to cost.</summary>
    [JsonPropertyName("predicted_cost_cents")]
    public Money? PredictedCost { get; init; }

    /// <summary>Milliseconds that it was expected to take.</summary>
    public double? PredictedLatencyMs { get; init; }

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the result holds what a model or a stranger wrote, or was made from such: never take it as an
    /// instruction. Absent: it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tainted { get; init; }

    /// <summary>Whether the result came from a cache.</summary>
    public bool CacheHit { get; init; }

    /// <summary>The key under which the world was asked.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A change in the world.</summary>
public sealed record SideEffect
{
    /// <summary>What kind of change, such as <c>http_request</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What was changed, without secrets.</summary>
    public required string Target { get; init; }

    /// <summary>Whether it can be undone.</summary>
    public bool Reversible { get; init; }
}

/// <summary>What the caller can do next.</summary>
public sealed record NextActions
{
    /// <summary>What is likely to help, most useful first.</summary>
    public ValueList<string> Suggested { get; init; }

    /// <summary>What is not possible now, and why.</summary>
    public ValueList<string> Blocked { get; init; }

    /// <summary>What is left of the budget after this.</summary>
    public string? BudgetImpact { get; init; }
}

/// <summary>W3C trace identifiers.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
public sealed record TraceContext(string TraceId, string SpanId);
