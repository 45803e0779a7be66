using System.Collections.Concurrent;
using Aos.Contracts.Agents;

namespace Aos.Runtime.Budgets;

/// <summary>Who pays, by tenant. A tenant without a document of its own has the defaults. Thread-safe.</summary>
/// <param name="own">The document of the runtime's own tenant.</param>
internal sealed class Tenancies(TenantProfile own)
{
    private readonly ConcurrentDictionary<string, Tenancy> _known = new(StringComparer.Ordinal);

    /// <summary>The runtime's own tenant, of whom everything is that names no other.</summary>
    public string Own { get; } = own.TenantId ?? Tenancy.DefaultId;

    /// <summary>A tenant's limits and calendar.</summary>
    /// <param name="tenant">The tenant; null: the runtime's own.</param>
    public Tenancy Of(string? tenant) => _known.GetOrAdd(tenant ?? Own, static (id, own) =>
        new Tenancy(id == (own.TenantId ?? Tenancy.DefaultId) ? own : new TenantProfile { TenantId = id }), own);

    /// <summary>Takes a tenant's document, for what is admitted from now on.</summary>
    /// <exception cref="ArgumentException">Its time zone is not known here.</exception>
    public void Put(TenantProfile profile)
    {
        var tenancy = new Tenancy(profile);
        _known[tenancy.Id] = tenancy;
    }
}
