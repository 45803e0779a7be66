using Aos.Client;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;

namespace Aos.Cli.Targets;

/// <summary>The profiles that the store of this machine keeps: those that a server of the store keeps as
/// well.</summary>
internal sealed class LocalAgents(LocalRecords records) : IAgents
{
    private readonly DocumentShelf<AgentProfile> _shelf = new(records.Store, AgentProfiles.Kind);

    public async ValueTask<IReadOnlyList<AgentProfile>> AllAsync(CancellationToken cancel) =>
        await _shelf.ListAllAsync(records.Tenant, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<Kept<AgentProfile>>> FindAsync(string id, CancellationToken cancel) =>
        await _shelf.FindAsync(records.Tenant, id, cancel).ConfigureAwait(false) is var (profile, version)
            ? records.Found(new Kept<AgentProfile>(profile, DocumentTag.Of(profile, version)))
            : LocalRecords.Refuse<Kept<AgentProfile>>(ErrorCodes.UnknownAgent, AgentProfiles.Unknown(id));

    public async ValueTask<Answer<Kept<AgentProfile>>> PutAsync(
        AgentProfile profile, Condition condition, CancellationToken cancel)
    {
        if (AgentProfiles.CheckKept(profile) is { Count: > 0 } mistakes)
            return LocalRecords.Refuse<Kept<AgentProfile>>(ErrorCodes.InvalidProfile, mistakes);
        return await WriteAsync(profile.AgentId, profile, condition, cancel).ConfigureAwait(false) is { } version
            ? await records.DoneAsync("put_agent", profile.AgentId,
                new Kept<AgentProfile>(profile, DocumentTag.Of(profile, version)), cancel).ConfigureAwait(false)
            : Changed(profile.AgentId);
    }

    public async ValueTask<StructuredOutcome> RemoveAsync(string id, Condition condition, CancellationToken cancel)
    {
        var found = await FindAsync(id, cancel).ConfigureAwait(false);
        if (found.Value is null) return found.Outcome;
        if (await WriteAsync(id, null, condition, cancel).ConfigureAwait(false) is null) return Changed(id).Outcome;
        await records.AuditAsync("delete_agent", id, cancel).ConfigureAwait(false);
        return records.Done();
    }

    // The version of what was written; null where the document does not stand as the condition says.
    private async ValueTask<long?> WriteAsync(
        string id, AgentProfile? profile, Condition condition, CancellationToken cancel)
    {
        long? expected = condition.IsAbsent ? 0 : null;
        if (condition.Match is { } tag)
        {
            if (await _shelf.FindAsync(records.Tenant, id, cancel).ConfigureAwait(false) is not var (known, version)
                || (tag != "*" && tag != DocumentTag.Of(known, version))) return null;
            expected = version;
        }
        return await _shelf.PutAsync(records.Tenant, id, profile, expected, cancel).ConfigureAwait(false);
    }

    private static Answer<Kept<AgentProfile>> Changed(string id) => LocalRecords.Refuse<Kept<AgentProfile>>(
        ErrorCodes.PreconditionFailed, DocumentTag.Changed(AgentProfiles.What(id)));
}
