using System.Text.Json.Serialization;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Api;

/// <summary>Why a request was refused: an RFC 9457 problem with the outcome as an extension.</summary>
public sealed record ProblemDocument
{
    /// <summary>The page of the code in the error taxonomy.</summary>
    public required string Type { get; init; }

    /// <summary>What the code means.</summary>
    public required string Title { get; init; }

    /// <summary>The status of the HTTP answer.</summary>
    public required int Status { get; init; }

    /// <summary>What happened this time and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>The request, for the server's log.</summary>
    public string? Instance { get; init; }

    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>The run, where there is one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Whether the same request may work later.</summary>
    public bool Retryable { get; init; }

    /// <summary>The outcome, as the library and the command line give it.</summary>
    public required StructuredOutcome Outcome { get; init; }
}

/// <summary>A run in a list.</summary>
public sealed record RunSummary
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Its status.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>What it waits for, where it waits.</summary>
    public WaitReason? WaitingFor { get; init; }

    /// <summary>The code, once it ended or while it is quarantined.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Why it is quarantined; absent otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The goal; absent where only a plan was given.</summary>
    public string? Goal { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>What it has cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>A page of runs, newest first.</summary>
public sealed record RunPage
{
    /// <summary>The runs.</summary>
    public required ValueList<RunSummary> Items { get; init; }

    /// <summary>What to ask the next page with; absent on the last one.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>An approval request.</summary>
public sealed record ApprovalSummary
{
    /// <summary>The request.</summary>
    public required ApprovalId ApprovalId { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>How it stands: <c>open</c>, <c>approved</c>, <c>rejected</c>, <c>expired</c> or <c>void</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The binding of the request as it is shown here: a decision that names it counts for nothing else.
    /// Absent once the request is closed.</summary>
    public Digest? Binding { get; init; }

    /// <summary>The request as the journal has it: step, skill, the exact input and its digest, the role that it
    /// needs.</summary>
    public required Payload Request { get; init; }
}

/// <summary>Approval requests, oldest first.</summary>
public sealed record ApprovalPage
{
    /// <summary>The requests.</summary>
    public required ValueList<ApprovalSummary> Items { get; init; }
}

/// <summary>The skills that a server offers.</summary>
public sealed record SkillPage
{
    /// <summary>Their contracts, by name and version.</summary>
    public required ValueList<SkillContract> Items { get; init; }
}

/// <summary>The profiles that a server keeps.</summary>
public sealed record AgentPage
{
    /// <summary>The profiles, by name.</summary>
    public required ValueList<AgentProfile> Items { get; init; }

    /// <summary>What to ask the next page with; absent on the last one.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>The policies that bind what is admitted.</summary>
public sealed record PolicyPage
{
    /// <summary>The policies, by name.</summary>
    public required ValueList<Policy> Items { get; init; }
}

/// <summary>What trying again brought, over the newest runs.</summary>
public sealed record RecoveryPage
{
    /// <summary>A record for each skill and code, by both.</summary>
    public required ValueList<RecoveryRecord> Items { get; init; }
}

/// <summary>What several budgets would make of a run.</summary>
public sealed record BudgetTrials
{
    /// <summary>A trial for each budget, in the order in which they were named.</summary>
    public required ValueList<BudgetTrial> Items { get; init; }
}

/// <summary>The questions that a run can be asked.</summary>
public sealed record QueryNames
{
    /// <summary>Their names.</summary>
    public required ValueList<string> Items { get; init; }
}

/// <summary>Whether a server is up, or can take work.</summary>
public sealed record ServerStatus
{
    /// <summary><c>ok</c>, <c>draining</c> or <c>unavailable</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }
}
