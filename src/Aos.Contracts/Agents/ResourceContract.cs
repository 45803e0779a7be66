using System.Text.Json.Serialization;
using Aos.Contracts.Budgets;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Agents;

/// <summary>The limits granted to a run at admission: money, time, rate, concurrency, steps.</summary>
/// <remarks>Generated from the profile. What a run has left is beside it in <see cref="Remaining"/>.</remarks>
public sealed record ResourceContract
{
    /// <summary>The tenant that pays.</summary>
    public required string Tenant { get; init; }

    /// <summary>The agent that acts.</summary>
    public required string AgentId { get; init; }

    /// <summary>The skills that may be called.</summary>
    public ValueList<SkillRef> Skills { get; init; }

    /// <summary>What may be reached over the network.</summary>
    public ValueList<string> Network { get; init; }

    /// <summary>The secrets that may be used, by name. Absent: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<SecretGrant> Secrets { get; init; }

    /// <summary>The most that the run may spend.</summary>
    [JsonPropertyName("budget_cents")]
    public Money Budget { get; init; }

    /// <summary>The most that all attempts of one step may spend. Absent: the run's budget.</summary>
    [JsonPropertyName("per_step_cents")]
    public Money? PerStep { get; init; }

    /// <summary>The most that the tenant and the agent may spend in a day or month, by which the run was
    /// admitted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<LedgerLimit> Limits { get; init; }

    /// <summary>How much is held before an attempt.</summary>
    public BudgetMode BudgetMode { get; init; }

    /// <summary>Steps of a plan.</summary>
    public int MaxSteps { get; init; }

    /// <summary>Attempts of the run.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Attempts in flight at once.</summary>
    public int MaxParallelSteps { get; init; }

    /// <summary>Milliseconds from start to end, waits included.</summary>
    public long MaxRunMs { get; init; }

    /// <summary>Rounds of planning.</summary>
    public int MaxPlannerRounds { get; init; }

    /// <summary>How often in a row a planner may mend a plan that was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaxPlanRepairs { get; init; }

    /// <summary>Events of the journal, at which the run is stopped.</summary>
    public int MaxEvents { get; init; }

    /// <summary>Settled steps of the run that may fail with the same skill and input.</summary>
    public int MaxEqualFailures { get; init; }

    /// <summary>Items of one <c>for_each</c>.</summary>
    public int MaxItems { get; init; }

    /// <summary>Milliseconds that attempts in flight may take once the run is stopping.</summary>
    public int GraceMs { get; init; }

    /// <summary>Milliseconds until an approval request expires, unless the step says otherwise.</summary>
    public long ApprovalMs { get; init; }

    /// <summary>How often calls may be made, by agent and by tenant.</summary>
    public ValueList<RateLimit> Rates { get; init; }

    /// <summary>What is left; absent in a contract that no run has used.</summary>
    public Remaining? Remaining { get; init; }
}

/// <summary>What a run has left of its contract.</summary>
public sealed record Remaining
{
    /// <summary>Money that is neither spent nor held.</summary>
    [JsonPropertyName("budget_cents")]
    public Money Budget { get; init; }

    /// <summary>What the ledger holds for the run until it ends; absent where it holds nothing.</summary>
    [JsonPropertyName("ledger_hold_cents")]
    public Money? LedgerHold { get; init; }

    /// <summary>The accounts of the tenant and the agent as they stand now. Absent where nobody asked for
    /// them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<AccountReport> Accounts { get; init; }

    /// <summary>Money held for attempts in flight.</summary>
    [JsonPropertyName("held_cents")]
    public Money Held { get; init; }

    /// <summary>Money spent.</summary>
    [JsonPropertyName("spent_cents")]
    public Money Spent { get; init; }

    /// <summary>Attempts.</summary>
    public int Attempts { get; init; }

    /// <summary>Rounds of planning.</summary>
    public int PlannerRounds { get; init; }

    /// <summary>Milliseconds until the run is stopped.</summary>
    public long RunMs { get; init; }
}
