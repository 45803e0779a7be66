using System.Text.Json.Serialization;
using Aos.Contracts.Models;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Agents;

/// <summary>Who acts, and within which bounds. What a profile does not allow is denied.</summary>
public sealed record AgentProfile
{
    /// <summary>The agent's name: letters, digits, <c>_</c>, <c>-</c>, <c>.</c>; at most 64 characters.</summary>
    public required string AgentId { get; init; }

    /// <summary>What the agent is for.</summary>
    public string? Description { get; init; }

    /// <summary>The skills that it may call, with version ranges. Absent: none.</summary>
    public ValueList<SkillRef> Skills { get; init; }

    /// <summary>How its goals become plans. Absent: by the built-in rules.</summary>
    public PlannerChoice? Planner { get; init; }

    /// <summary>Money. Absent: 100 cents a run.</summary>
    public BudgetSpec? Budget { get; init; }

    /// <summary>Counts and times. Absent: the most that AOS allows.</summary>
    public LimitSpec? Limits { get; init; }

    /// <summary>What it may reach. Absent: nothing.</summary>
    public NetworkSpec? Network { get; init; }

    /// <summary>The secrets that it may use: <c>NAME</c>, or <c>NAME@host</c> for one that is sent to that host only.
    /// Absent: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<SecretGrant> Secrets { get; init; }

    /// <summary>The folder that file skills may use. Absent: none.</summary>
    public string? Workspace { get; init; }

    /// <summary>The language models that it may use, by the names that calls give them. Absent: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueMap<ModelSpec> Models { get; init; }

    /// <summary>Settings per skill, by skill name.</summary>
    public Payload? Config { get; init; }

    /// <summary>Policies that bind it besides those of the tenant: names of policies that the store keeps, or
    /// policies.</summary>
    public ValueList<PolicySource> Policies { get; init; }
}

/// <summary>How goals become plans.</summary>
public sealed record PlannerChoice
{
    /// <summary>The planner: <c>rule</c> or <c>model</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The model that plans, by its name among the profile's models. Only for the planner
    /// <c>model</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it plans once or after each round of steps. Absent: static.</summary>
    public PlannerMode? Mode { get; init; }

    /// <summary>Planning rules that come before the built-in ones: the rules themselves, or the name of a file of them,
    /// relative to the profile, where the profile is a file too. Absent: the built-in rules alone.</summary>
    public PlanningRulesSource? Rules { get; init; }
}

/// <summary>Whether a planner plans once or goes on.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PlannerMode>))]
public enum PlannerMode
{
    /// <summary>One plan.</summary>
    Static,

    /// <summary>Plan, run, observe, plan on.</summary>
    Iterative,
}

/// <summary>Money that an agent may spend.</summary>
public sealed record BudgetSpec
{
    /// <summary>Cents for one run. 0 admits free steps only.</summary>
    [JsonPropertyName("per_run_cents")]
    public Money? PerRun { get; init; }

    /// <summary>Cents for all attempts of one step.</summary>
    [JsonPropertyName("per_step_cents")]
    public Money? PerStep { get; init; }

    /// <summary>Cents for all runs of one day, in the tenant's time zone. Absent: the tenant's limit alone.</summary>
    [JsonPropertyName("per_day_cents")]
    public Money? PerDay { get; init; }

    /// <summary>Cents for all runs of one month, in the tenant's time zone. Absent: no limit but the
    /// tenant's.</summary>
    [JsonPropertyName("per_month_cents")]
    public Money? PerMonth { get; init; }

    /// <summary>Whether the declared maximum is held (hard) or a learned share of it (soft). Absent: hard.</summary>
    public BudgetMode? Mode { get; init; }
}

/// <summary>How much is held before an attempt.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BudgetMode>))]
public enum BudgetMode
{
    /// <summary>The declared maximum: a run cannot overspend.</summary>
    Hard,

    /// <summary>What such calls have cost before: more runs fit, and one can overspend.</summary>
    Soft,
}

/// <summary>Counts and times that an agent may use. Each can only be set within what AOS allows.</summary>
public sealed record LimitSpec
{
    /// <summary>Steps of a plan, 1 to 200.</summary>
    [Bounds(1, 200)]
    public int? MaxSteps { get; init; }

    /// <summary>Attempts of a run, 1 to 1,000.</summary>
    [Bounds(1, 1_000)]
    public int? MaxAttempts { get; init; }

    /// <summary>Attempts in flight at once, 1 to 64.</summary>
    [Bounds(1, 64)]
    public int? MaxParallelSteps { get; init; }

    /// <summary>Seconds from start to end, waits included, 1 to 604,800.</summary>
    [Bounds(1, 604_800)]
    public int? MaxRunSeconds { get; init; }

    /// <summary>Planner rounds of a run, 1 to 10.</summary>
    [Bounds(1, 10)]
    public int? MaxPlannerRounds { get; init; }

    /// <summary>How often in a row a planner may mend a plan that was refused, 0 to 5. Absent: 2.</summary>
    [Bounds(0, 5)]
    public int? MaxPlanRepairs { get; init; }

    /// <summary>How often the agent may call, by skill or all together, in all its runs. Absent: no limit but the
    /// tenant's.</summary>
    public ValueList<RateLimit> Rates { get; init; }
}

/// <summary>How often calls may be made: in no span of so many seconds more than so many.</summary>
public sealed record RateLimit
{
    /// <summary>The skill and versions whose calls count. Absent: those of every skill.</summary>
    public SkillRef? Skill { get; init; }

    /// <summary>Calls, 1 to 1,000.</summary>
    [Bounds(1, 1_000)]
    public int Calls { get; init; }

    /// <summary>Within so many seconds, 1 to 86,400.</summary>
    [Bounds(1, 86_400)]
    public int PerSeconds { get; init; }

    /// <summary>Whose calls count together. Written into contracts, never by you: a profile limits its agent, the
    /// tenant's document all its agents. Absent in a contract: the limit was recorded before any was kept.</summary>
    public RateScope? Scope { get; init; }
}

/// <summary>Whose calls a rate counts together.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RateScope>))]
public enum RateScope
{
    /// <summary>Those of one agent.</summary>
    Agent,

    /// <summary>Those of all agents of a tenant.</summary>
    Tenant,
}

/// <summary>What an agent may reach over the network.</summary>
public sealed record NetworkSpec
{
    /// <summary>Entries <c>host</c>, <c>*.host</c>, <c>host:port</c>, an address or a CIDR range, with or without
    /// port, or <c>*</c> for every public host. A private or loopback address is reached only where an entry names
    /// that address, its range, or <c>localhost</c>.</summary>
    public ValueList<string> Allow { get; init; }
}
