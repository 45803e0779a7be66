using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Budgets;

/// <summary>Whose money an account of the ledger counts.</summary>
[JsonConverter(typeof(SnakeCaseEnum<LedgerScope>))]
public enum LedgerScope
{
    /// <summary>That of all agents of a tenant.</summary>
    Tenant,

    /// <summary>That of all runs of one agent.</summary>
    Agent,

    /// <summary>What calls of one skill cost. Nothing is held here, and nothing limited.</summary>
    Skill,
}

/// <summary>The time over which an account of the ledger counts, in the tenant's time zone.</summary>
[JsonConverter(typeof(SnakeCaseEnum<LedgerPeriod>))]
public enum LedgerPeriod
{
    /// <summary>From midnight to midnight.</summary>
    Day,

    /// <summary>From the first of a month to the first of the next.</summary>
    Month,
}
