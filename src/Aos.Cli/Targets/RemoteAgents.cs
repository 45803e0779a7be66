using Aos.Cli.Invocation;
using Aos.Client;
using Aos.Contracts.Agents;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Targets;

/// <summary>The profiles that a server keeps for the tenant of the key.</summary>
internal sealed class RemoteAgents(AosClient client) : IAgents
{
    private const int PageMax = 1_000;

    public async ValueTask<IReadOnlyList<AgentProfile>> AllAsync(CancellationToken cancel)
    {
        var all = new List<AgentProfile>();
        for (string? cursor = null; ;)
        {
            var page = Session.Require(await client.ListAgentsAsync(cursor, PageMax, cancel).ConfigureAwait(false));
            all.AddRange(page.Items);
            if (page.NextCursor is null) return all;
            cursor = page.NextCursor;
        }
    }

    public async ValueTask<Answer<Kept<AgentProfile>>> FindAsync(string id, CancellationToken cancel) =>
        await client.FindAgentAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<Kept<AgentProfile>>> PutAsync(
        AgentProfile profile, Condition condition, CancellationToken cancel) =>
        await client.PutAgentAsync(profile, condition, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> RemoveAsync(string id, Condition condition, CancellationToken cancel) =>
        await client.RemoveAgentAsync(id, condition, cancel).ConfigureAwait(false);
}
