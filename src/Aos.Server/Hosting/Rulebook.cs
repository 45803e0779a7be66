using System.Collections.Concurrent;
using Aos.Contracts.Agents;
using Aos.Contracts.Policies;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;

namespace Aos.Server.Hosting;

/// <summary>The policies and limits of tenants: those in files of the data folder, which bind everybody and are changed
/// there, and those that were written over HTTP. Thread-safe.</summary>
/// <remarks>What another server of the same store wrote holds here two seconds later at the latest. While the store
/// cannot be read nothing is admitted.</remarks>
internal sealed class Rulebook(
    DataFiles files, DocumentShelf<Policy> policies, DocumentShelf<TenantProfile> tenants, AosRuntime runtime,
    TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, long> _readAt = new(StringComparer.Ordinal);

    /// <summary>The tenants that this server has heard of since its start, by name.</summary>
    public IEnumerable<string> Known => _readAt.Keys.Order(StringComparer.Ordinal);

    /// <summary>Policies that were written over HTTP.</summary>
    public DocumentShelf<Policy> Policies => policies;

    /// <summary>Limits that were written over HTTP.</summary>
    public DocumentShelf<TenantProfile> Tenants => tenants;

    /// <summary>Whether a policy stands in a file.</summary>
    public bool IsFile(string policy) => files.Policies.All.Any(known => known.Name == policy);

    /// <summary>Whether the limits of a tenant stand in a file.</summary>
    public bool IsTenantFile(string tenant) =>
        files.Tenant is { } own && (own.TenantId ?? runtime.TenantOf(null).TenantId) == tenant;

    /// <summary>Sees to it that the rules of a tenant are known before anything of it is admitted.</summary>
    public ValueTask EnsureAsync(string tenant, CancellationToken cancel) =>
        _readAt.TryGetValue(tenant, out var at) && time.GetElapsedTime(at) < Fresh
            ? default : ReadAsync(tenant, cancel);

    /// <summary>Reads the rules of a tenant anew.</summary>
    public async ValueTask ReadAsync(string tenant, CancellationToken cancel)
    {
        var at = time.GetTimestamp();
        var written = await policies.ListAllAsync(tenant, cancel).ConfigureAwait(false);
        runtime.PutPolicies(tenant, written.Count == 0 ? files.Policies
            : PolicyShelf.Create(files.Policies.All.Concat(written.Where(policy => !IsFile(policy.Name)))));
        if (!IsTenantFile(tenant))
            runtime.PutTenant(await tenants.FindAsync(tenant, tenant, cancel).ConfigureAwait(false) is { } found
                ? found.Document with { Version = (int)Math.Min(int.MaxValue, found.Version) }
                : new TenantProfile { TenantId = tenant });
        _readAt[tenant] = at;
    }
}
