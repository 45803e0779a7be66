using System.Text.Json.Serialization;
using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Api;

/// <summary>What is to be run, foreseen or checked: a goal or a plan, and who acts.</summary>
public sealed record RunSubmission
{
    /// <summary>What is to be reached. Exactly one of this and <c>plan</c>.</summary>
    public string? Goal { get; init; }

    /// <summary>The plan. Exactly one of this and <c>goal</c>.</summary>
    public Plan? Plan { get; init; }

    /// <summary>The input, an object, which expressions read as <c>input</c>. Absent: an empty object.</summary>
    public Payload? Input { get; init; }

    /// <summary>Who acts: the name of a profile that the server keeps. Absent: the built-in profile.</summary>
    public string? AgentId { get; init; }

    /// <summary>Who acts: a profile that came with the request. Needs the right to write profiles. Never beside
    /// <c>agent_id</c>.</summary>
    public AgentProfile? Profile { get; init; }

    /// <summary>Cents that it may cost at most. Absent: what the profile says.</summary>
    [JsonPropertyName("budget_cents")]
    public Money? Budget { get; init; }
}

/// <summary>A run, and budgets under which it is to be foreseen.</summary>
public sealed record BudgetQuestion
{
    /// <summary>The run. Its own <c>budget_cents</c> is left out of it.</summary>
    public required RunSubmission Run { get; init; }

    /// <summary>The budgets, in cents: at least one, at most 20.</summary>
    [JsonPropertyName("budgets_cents")]
    [Bounds(1, 20)]
    public required ValueList<Money> Budgets { get; init; }
}

/// <summary>A single call of a skill.</summary>
public sealed record SkillCall
{
    /// <summary>The skill and the versions that will do, such as <c>http_call@1</c>.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>The input, an object. Absent: an empty object.</summary>
    public Payload? Input { get; init; }

    /// <summary>Who acts: the name of a profile that the server keeps. Absent: the built-in profile.</summary>
    public string? AgentId { get; init; }

    /// <summary>Who acts: a profile that came with the request. Needs the right to write profiles. Never beside
    /// <c>agent_id</c>.</summary>
    public AgentProfile? Profile { get; init; }

    /// <summary>Cents that it may cost at most. Absent: what the profile says.</summary>
    [JsonPropertyName("budget_cents")]
    public Money? Budget { get; init; }

    /// <summary>Milliseconds for one attempt. Absent: what the skill's contract says.</summary>
    [Bounds(1)]
    public int? TimeoutMs { get; init; }

    /// <summary>Attempts at most, retries included. Absent: what the failure catalog says.</summary>
    [Bounds(1)]
    public int? MaxAttempts { get; init; }
}

/// <summary>A request to stop a run.</summary>
public sealed record Cancellation
{
    /// <summary>Why, for the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>How a run is to be replayed.</summary>
public sealed record ReplaySubmission
{
    /// <summary><c>verify</c>, <c>dry</c> or <c>live</c>. Absent: <c>verify</c>.</summary>
    public string? Mode { get; init; }
}

/// <summary>From where a run is to go another way, and what is to be otherwise.</summary>
public sealed record ForkSubmission
{
    /// <summary>The step from whose beginning on. Exactly one of this and <c>seq</c>.</summary>
    public StepId? StepId { get; init; }

    /// <summary>The number of the last event that both runs have. Exactly one of this and <c>step_id</c>.</summary>
    [Bounds(1)]
    public long? Seq { get; init; }

    /// <summary>What is to be otherwise.</summary>
    public ValueList<Edit> Edits { get; init; }

    /// <summary>Why, for the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>An edit of a fork.</summary>
public sealed record Edit
{
    /// <summary>The place, such as <c>steps.fetch.input.url</c>, or an RFC 6901 pointer.</summary>
    public required string Path { get; init; }

    /// <summary>The new value.</summary>
    public required Payload Value { get; init; }
}

/// <summary>A signal to a run.</summary>
public sealed record SignalSubmission
{
    /// <summary>The name of the signal.</summary>
    public required SignalName Name { get; init; }

    /// <summary>What comes with it: the result of the step that waits for it. Absent: null.</summary>
    public Payload? Data { get; init; }

    /// <summary>The sender's own id of the signal: sent again, it counts once.</summary>
    public string? Key { get; init; }
}

/// <summary>What became of a call whose outcome is unknown.</summary>
public sealed record Settlement
{
    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>Which item of a <c>for_each</c> step, from 0.</summary>
    [Bounds(0)]
    public int? Item { get; init; }

    /// <summary>Whether the call took effect.</summary>
    public required bool Happened { get; init; }

    /// <summary>Its result, where it took effect.</summary>
    public Payload? Result { get; init; }

    /// <summary>How that is known, for the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>A question about a run.</summary>
public sealed record QuerySubmission
{
    /// <summary>The arguments of the question, an object. Absent: none.</summary>
    public Payload? Arguments { get; init; }
}

/// <summary>A decision on an approval request.</summary>
public sealed record Decision
{
    /// <summary>Why, for the journal.</summary>
    public string? Reason { get; init; }

    /// <summary>The input to call with instead of the one that was shown. Only where the call is allowed.</summary>
    public Payload? Input { get; init; }

    /// <summary>The binding of the request as it was shown: a decision on another request is refused. Absent: it is not
    /// compared.</summary>
    public Digest? Binding { get; init; }
}

/// <summary>One more policy for a run that is open.</summary>
public sealed record Tightening
{
    /// <summary>The policy. It can only tighten: of several policies the strictest holds.</summary>
    public required Policy Policy { get; init; }

    /// <summary>Why, for the journal.</summary>
    public string? Reason { get; init; }
}
