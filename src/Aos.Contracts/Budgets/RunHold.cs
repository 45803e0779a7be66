using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Budgets;

/// <summary>Money that the ledger holds for a run from its admission to its end: the run spends no more than
/// that.</summary>
/// <remarks>A fact of the run's first event. The hold counts in the day and month of the admission, however long the
/// run takes; so does what it spends.</remarks>
public sealed record RunHold
{
    /// <summary>How much. Zero: the run may call nothing that costs money.</summary>
    [JsonPropertyName("amount_cents")]
    public Money Amount { get; init; }

    /// <summary>The day of the admission in the tenant's time zone, as <c>2026-11-23</c>.</summary>
    public required string Day { get; init; }

    /// <summary>The limits that it was held against.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<LedgerLimit> Limits { get; init; }

    /// <summary>What calls have cost before, in soft mode: this is held before an attempt instead of the declared
    /// maximum. Empty in hard mode.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<LearnedCost> Learned { get; init; }
}

/// <summary>The most that an account may spend and hold in a period.</summary>
public sealed record LedgerLimit
{
    /// <summary>Whose account.</summary>
    public required LedgerScope Scope { get; init; }

    /// <summary>In which period.</summary>
    public required LedgerPeriod Period { get; init; }

    /// <summary>How much.</summary>
    [JsonPropertyName("limit_cents")]
    public Money Limit { get; init; }
}

/// <summary>What calls of a skill have cost before.</summary>
public sealed record LearnedCost
{
    /// <summary>The skill, in the version that the figures are of.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>19 of 20 calls have cost no more than this.</summary>
    [JsonPropertyName("p95_cents")]
    public Money P95 { get; init; }

    /// <summary>How many calls that is learned from.</summary>
    public int Calls { get; init; }
}
