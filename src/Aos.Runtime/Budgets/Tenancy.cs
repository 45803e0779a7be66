using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Runtime.Budgets;

/// <summary>Who pays: the tenant, its limits and its calendar. Immutable and thread-safe.</summary>
internal sealed class Tenancy
{
    /// <summary>The tenant that a document means which names none.</summary>
    public const string DefaultId = "local";

    /// <summary>What a tenant may spend a day unless its document says otherwise.</summary>
    public static Money DefaultPerDay { get; } = Money.FromCents(2_000);

    /// <summary>Takes a tenant's document.</summary>
    /// <exception cref="ArgumentException">Its time zone is not known here.</exception>
    public Tenancy(TenantProfile profile)
    {
        Profile = profile;
        Calendar = new TenantCalendar(TenantCalendar.Find(profile.TimeZone)
            ?? throw new ArgumentException(
                $"There is no time zone '{profile.TimeZone}' on this machine.", nameof(profile)));
        List<LedgerLimit> limits =
            [Limit(LedgerScope.Tenant, LedgerPeriod.Day, profile.Budget?.PerDay ?? DefaultPerDay)];
        if (profile.Budget?.PerMonth is { } month) limits.Add(Limit(LedgerScope.Tenant, LedgerPeriod.Month, month));
        Limits = limits;
    }

    /// <summary>The document.</summary>
    public TenantProfile Profile { get; }

    /// <summary>The tenant.</summary>
    public string Id => Profile.TenantId ?? DefaultId;

    /// <summary>Its days and months.</summary>
    public TenantCalendar Calendar { get; }

    /// <summary>The limits of the tenant.</summary>
    public IReadOnlyList<LedgerLimit> Limits { get; }

    /// <summary>The limits of the tenant and of an agent.</summary>
    public ValueList<LedgerLimit> LimitsOf(BudgetSpec? agent)
    {
        if (agent is not ({ PerDay: not null } or { PerMonth: not null })) return ValueList.From(Limits);
        var limits = Limits.ToList();
        if (agent.PerDay is { } day) limits.Add(Limit(LedgerScope.Agent, LedgerPeriod.Day, day));
        if (agent.PerMonth is { } month) limits.Add(Limit(LedgerScope.Agent, LedgerPeriod.Month, month));
        return ValueList.From(limits);
    }

    /// <summary>The limits of the tenant as they are now, and those of the agent as a contract has them.</summary>
    public ValueList<LedgerLimit> LimitsOf(ResourceContract contract) =>
        ValueList.From(Limits.Concat(contract.Limits.Where(limit => limit.Scope == LedgerScope.Agent)));

    private static LedgerLimit Limit(LedgerScope scope, LedgerPeriod period, Money limit) =>
        new() { Scope = scope, Period = period, Limit = limit };
}
