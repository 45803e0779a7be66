using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Agents;

/// <summary>Who pays: the limits of all agents of a tenant together. A document of its own, <c>tenant.json</c> or
/// <c>tenant.yaml</c> in the data folder.</summary>
public sealed record TenantProfile
{
    /// <summary>The tenant. Absent: <c>local</c>.</summary>
    public string? TenantId { get; init; }

    /// <summary>The version of this document, from 1; every change raises it. Absent: 1.</summary>
    [Bounds(1)]
    public int? Version { get; init; }

    /// <summary>The time zone in which days and months begin, by its IANA name such as <c>Europe/Berlin</c>. Absent:
    /// <c>UTC</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Money. Absent: 2,000 cents a day.</summary>
    public TenantBudget? Budget { get; init; }

    /// <summary>How often all agents together may call, by skill or all together. Absent: no limit but each agent's
    /// own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<RateLimit> Rates { get; init; }
}

/// <summary>Money that all agents of a tenant may spend together.</summary>
public sealed record TenantBudget
{
    /// <summary>Cents for all runs of one day. Absent: 2,000. 0 admits runs that cost nothing only.</summary>
    [JsonPropertyName("per_day_cents")]
    public Money? PerDay { get; init; }

    /// <summary>Cents for all runs of one month. Absent: no limit.</summary>
    [JsonPropertyName("per_month_cents")]
    public Money? PerMonth { get; init; }
}
