using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage;

/// <summary>What a slice changes in the ledger, in the transaction of its events: a hold when the run is admitted, its
/// settlement when the run has ended.</summary>
/// <remarks>The store keeps one rule: an account with a limit never spends and holds more than that. A slice that would
/// break it is refused as a whole. It also keeps what each run holds, so that the accounts can be checked against the
/// runs.</remarks>
public sealed record LedgerChange
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The day that the run counts in, as <c>2026-11-23</c>; its month is in it.</summary>
    public required string Day { get; init; }

    /// <summary>By how much the money held grows; negative where it is given back.</summary>
    public Money Held { get; init; }

    /// <summary>By how much the money spent grows; never negative.</summary>
    public Money Spent { get; init; }

    /// <summary>What is checked where <see cref="Held"/> grows. None of a skill.</summary>
    public IReadOnlyList<LedgerLimit> Limits { get; init; } = [];

    /// <summary>What of <see cref="Spent"/> each skill took; planning is in none of them.</summary>
    public IReadOnlyList<SkillCost> Skills { get; init; } = [];
}

/// <summary>What calls of a skill cost together.</summary>
/// <param name="Skill">The name of the skill.</param>
/// <param name="Cost">How much.</param>
public readonly record struct SkillCost(string Skill, Money Cost);

/// <summary>An account of the ledger in one period.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Name">The tenant, agent or skill.</param>
/// <param name="Period">The kind of period.</param>
/// <param name="Start">The period: a day as <c>2026-11-23</c>, a month as <c>2026-11</c>.</param>
/// <param name="Held">Money held for open runs.</param>
/// <param name="Spent">Money spent by runs that have ended.</param>
public sealed record LedgerRow(
    LedgerScope Scope, string Name, LedgerPeriod Period, string Start, Money Held, Money Spent);

/// <summary>What the ledger holds for a run, or what the run has spent.</summary>
/// <param name="RunId">The run.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="Day">The day that it counts in.</param>
/// <param name="Held">Money held; nothing once it has ended.</param>
/// <param name="Spent">Money spent; nothing until it has ended.</param>
public sealed record RunCharge(RunId RunId, string AgentId, string Day, Money Held, Money Spent);

/// <summary>Which charges to list.</summary>
public sealed record ChargeFilter
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The month, as <c>2026-11</c>.</summary>
    public required string Month { get; init; }

    /// <summary>Only this agent; absent: all.</summary>
    public string? AgentId { get; init; }

    /// <summary>At most so many, the dearest first; 1 to 1,000.</summary>
    public int Limit { get; init; } = 10;
}
