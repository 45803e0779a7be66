using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Agents;

/// <summary>What one answer of a planner costs and takes, and how often it may mend one. Fixed at admission.</summary>
public sealed record PlanningTerms
{
    /// <summary>The most that one answer may cost; held before the planner is asked.</summary>
    [JsonPropertyName("worst_cost_cents")]
    public Money WorstCost { get; init; }

    /// <summary>What an answer is expected to cost.</summary>
    [JsonPropertyName("expected_cost_cents")]
    public Money ExpectedCost { get; init; }

    /// <summary>Milliseconds that an answer is expected to take.</summary>
    public int ExpectedLatencyMs { get; init; }

    /// <summary>How often in a row the planner may mend an answer that was refused. 0: never, because it would give the
    /// same again.</summary>
    public int MaxRepairs { get; init; }

    /// <summary>Whether a plan is refused that the simulation shows to fail: for what the contract denies, or for
    /// money. False: such a plan is run, and fails.</summary>
    public bool Simulated { get; init; }

    /// <summary>Whether a model writes its plans, so that all that they say counts as tainted. Absent: it does
    /// not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tainted { get; init; }
}
