using System.Text.Json.Serialization;
using Aos.Contracts.Agents;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Budgets;

/// <summary>What a tenant or an agent may spend, and who spent it: what <c>aos budget --json</c> prints.</summary>
public sealed record BudgetReport
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The agent; absent where it is about all of them.</summary>
    public string? AgentId { get; init; }

    /// <summary>The time zone in which days and months begin.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The version of the tenant's document that the limits are from.</summary>
    public int TenantVersion { get; init; }

    /// <summary>The accounts: the day, then the month, of the tenant and of the agent where one was asked
    /// about.</summary>
    public ValueList<AccountReport> Accounts { get; init; }

    /// <summary>Who spent most of this month, most first, each kind for itself: agents, skills, runs.</summary>
    public ValueList<SpenderReport> Spenders { get; init; }

    /// <summary>The rates of the tenant, then of the agent where one was asked about. Absent where there are
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<RateReport> Rates { get; init; }
}

/// <summary>A rate, and what is counted under it now.</summary>
public sealed record RateReport
{
    /// <summary>Whose calls are counted together.</summary>
    public required RateScope Scope { get; init; }

    /// <summary>The name of the tenant or agent.</summary>
    public required string Name { get; init; }

    /// <summary>The skill and versions whose calls count. Absent: those of every skill.</summary>
    public SkillRef? Skill { get; init; }

    /// <summary>Calls that may be made.</summary>
    public int Calls { get; init; }

    /// <summary>Within so many seconds.</summary>
    public int PerSeconds { get; init; }

    /// <summary>Calls whose slots lie in the last <see cref="PerSeconds"/>.</summary>
    public int Used { get; init; }

    /// <summary>Calls that wait for a slot that lies ahead.</summary>
    public int Waiting { get; init; }

    /// <summary>When one more call could be made, as far as this rate goes.</summary>
    public DateTimeOffset FreeAt { get; init; }
}

/// <summary>An account of the ledger in one period.</summary>
public sealed record AccountReport
{
    /// <summary>Whose account.</summary>
    public required LedgerScope Scope { get; init; }

    /// <summary>The name of the tenant or agent.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of period.</summary>
    public required LedgerPeriod Period { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ends, and the next begins with nothing spent.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>The most that may be spent and held; absent where there is no limit.</summary>
    [JsonPropertyName("limit_cents")]
    public Money? Limit { get; init; }

    /// <summary>Money held for open runs that were admitted in the period.</summary>
    [JsonPropertyName("held_cents")]
    public Money Held { get; init; }

    /// <summary>Money spent by runs that were admitted in the period and have ended.</summary>
    [JsonPropertyName("spent_cents")]
    public Money Spent { get; init; }

    /// <summary>What a new run could still hold; absent where there is no limit.</summary>
    [JsonPropertyName("free_cents")]
    public Money? Free { get; init; }
}

/// <summary>Somebody or something that spent money.</summary>
public sealed record SpenderReport
{
    /// <summary>What it is: <c>agent</c>, <c>skill</c> or <c>run</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Money spent today.</summary>
    [JsonPropertyName("today_cents")]
    public Money Today { get; init; }

    /// <summary>Money spent this month.</summary>
    [JsonPropertyName("month_cents")]
    public Money Month { get; init; }

    /// <summary>Money held for it now.</summary>
    [JsonPropertyName("held_cents")]
    public Money Held { get; init; }
}
