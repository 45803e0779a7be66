using Aos.Client;
using Aos.Contracts.Agents;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Targets;

/// <summary>The agent profiles that are kept, in the store of this machine or on a server.</summary>
internal interface IAgents
{
    /// <summary>All of them, by name.</summary>
    /// <exception cref="Invocation.Refusal">They cannot be had.</exception>
    ValueTask<IReadOnlyList<AgentProfile>> AllAsync(CancellationToken cancel);

    ValueTask<Answer<Kept<AgentProfile>>> FindAsync(string id, CancellationToken cancel);

    /// <summary>Writes a profile, under its name.</summary>
    ValueTask<Answer<Kept<AgentProfile>>> PutAsync(AgentProfile profile, Condition condition, CancellationToken cancel);

    ValueTask<StructuredOutcome> RemoveAsync(string id, Condition condition, CancellationToken cancel);
}
