using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;

namespace Aos.Runtime.Runs;

/// <summary>What is to be run: a goal that a planner turns into a plan, or a plan.</summary>
public sealed record RunRequest
{
    /// <summary>What is to be reached. Required where there is no plan.</summary>
    public string? Goal { get; init; }

    /// <summary>The plan. Absent: the profile's planner makes one.</summary>
    public Plan? Plan { get; init; }

    /// <summary>The input, which expressions read as <c>input</c>. Default: an empty object.</summary>
    public Payload Input { get; init; } = Payload.Empty;

    /// <summary>Who acts. Default: <see cref="AgentProfiles.Default"/>.</summary>
    public AgentProfile Profile { get; init; } = AgentProfiles.Default;

    /// <summary>The most that the run may spend. Absent: what the profile says.</summary>
    public Money? Budget { get; init; }

    /// <summary>The same key with the same request gives the same run; with another request it is refused. Keys of
    /// different tenants have nothing to do with each other.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who asks, where people are told apart: they approve none of its calls. Default: nobody is told
    /// apart.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Whose run it is. Absent: the tenant of the runtime.</summary>
    public string? Tenant { get; init; }

    /// <summary>The W3C <c>traceparent</c> of whoever asks: the run belongs to that trace. Absent: the current recorded
    /// <see cref="System.Diagnostics.Activity"/>, if there is one; otherwise, and where it cannot be read, the run
    /// begins a trace.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether a model or a stranger wrote the plan, so that every input in it counts as tainted. Where a
    /// planner makes the plan, the planner says it. Default: no.</summary>
    public bool Tainted { get; init; }
}

/// <summary>A single call of a skill, under a contract and without a plan.</summary>
public sealed record ExecuteRequest
{
    /// <summary>The skill and the versions that will do.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>The input. Default: an empty object.</summary>
    public Payload Input { get; init; } = Payload.Empty;

    /// <summary>Who acts. Default: <see cref="AgentProfiles.Default"/>.</summary>
    public AgentProfile Profile { get; init; } = AgentProfiles.Default;

    /// <summary>The most that the call may cost. Absent: what the profile says.</summary>
    public Money? Budget { get; init; }

    /// <summary>Milliseconds for one attempt. Absent: what the skill's contract says.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>Attempts at most, retries included. Absent: what the failure catalog says.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The same key with the same request gives the same outcome without a second call.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who asks, where people are told apart: they do not approve the call. Default: nobody is told
    /// apart.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Whether a model or a stranger wrote the input, so that it counts as tainted. Default: no.</summary>
    public bool Tainted { get; init; }

    /// <summary>Whose call it is. Absent: the tenant of the runtime.</summary>
    public string? Tenant { get; init; }

    /// <inheritdoc cref="RunRequest.TraceParent"/>
    public string? TraceParent { get; init; }
}
