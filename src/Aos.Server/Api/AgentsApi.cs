using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;

namespace Aos.Server.Api;

/// <summary><c>/v1/agents</c>: the profiles that the server keeps.</summary>
internal static class AgentsApi
{
    private const string Tag = "agents";
    private const string Path = "/v1/agents/{agent_id}";

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "list_agents", Method = "GET", Path = "/v1/agents", Tag = Tag, Right = Rights.CatalogRead,
            Answer = ListAsync,
            Summary = "The agent profiles, by name.", Result = "agent_page",
            Parameters = [Parameter.Page, Parameter.Cursor] },
        new() { Id = "get_agent", Method = "GET", Path = Path, Tag = Tag, Right = Rights.CatalogRead, Answer = GetAsync,
            Summary = "An agent profile and its ETag.", Result = "agent_profile" },
        new() { Id = "put_agent", Method = "PUT", Path = Path, Tag = Tag, Right = Rights.AgentsWrite, Answer = PutAsync,
            Summary =
                "Write an agent profile. Runs that have begun keep what they were granted.", Body = "agent_profile",
            Result = "agent_profile", IsAudited = true, Parameters = [Parameter.IfMatch, Parameter.IfNoneMatch] },
        new() { Id = "delete_agent", Method = "DELETE", Path = Path, Tag = Tag, Right = Rights.AgentsWrite,
            Answer = DeleteAsync,
            Summary = "Remove an agent profile.", Status = 204, IsAudited = true, Parameters = [Parameter.IfMatch] },
    ];

    private static async Task<Reply> ListAsync(Call call)
    {
        var limit = call.Number("limit", 1, 1_000, absent: 50);
        var page = await call.Server.Agents.ListAsync(call.Caller.Tenant, call.Query("cursor"), limit, call.Cancel)
            .ConfigureAwait(false);
        return Reply.Ok(
            new AgentPage { Items = [.. page], NextCursor = page.Count == limit ? page[^1].AgentId : null });
    }

    private static async Task<Reply> GetAsync(Call call)
    {
        var id = Id(call);
        return await call.Server.Agents.FindAsync(call.Caller.Tenant, id, call.Cancel)
            .ConfigureAwait(false) is { } found
            ? Reply.Ok(found.Document, etag: DocumentTag.Of(found.Document, found.Version))
            : throw Unknown(call, id);
    }

    private static async Task<Reply> PutAsync(Call call)
    {
        var id = Id(call);
        var profile = call.Require(ProfileReader.Read(await call.BodyAsync().ConfigureAwait(false)));
        if (profile.AgentId != id)
            throw call.Refuse(
                ErrorCodes.InvalidArgument,
                $"/agent_id: the profile is of '{profile.AgentId}', and its address of '{id}'.");
        if (AgentProfiles.CheckKept(profile) is { Count: > 0 } mistakes)
            throw call.Refuse(ErrorCodes.InvalidProfile, mistakes);
        var (agents, tenant, what) = (call.Server.Agents, call.Caller.Tenant, AgentProfiles.What(id));
        var found = await agents.FindAsync(tenant, id, call.Cancel).ConfigureAwait(false);
        var expected = Condition.Expected(call, what, found);
        return await agents.PutAsync(tenant, id, profile, expected, call.Cancel).ConfigureAwait(false) is { } written
            ? Reply.Ok(profile, written == 1 ? 201 : 200, DocumentTag.Of(profile, written), $"/v1/agents/{id}")
            : throw Condition.Changed(call, what);
    }

    private static async Task<Reply> DeleteAsync(Call call)
    {
        var (id, agents, tenant) = (Id(call), call.Server.Agents, call.Caller.Tenant);
        if (await agents.FindAsync(tenant, id, call.Cancel).ConfigureAwait(false) is not { } found)
            throw Unknown(call, id);
        var expected = Condition.Expected<AgentProfile>(call, AgentProfiles.What(id), found);
        return await agents.PutAsync(tenant, id, null, expected, call.Cancel).ConfigureAwait(false) is null
            ? throw Condition.Changed(call, AgentProfiles.What(id))
            : new Reply.Empty(204);
    }

    private static string Id(Call call)
    {
        var id = call.Target = call.Route("agent_id");
        return id.Length <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? id
            : throw call.Refuse(ErrorCodes.InvalidArgument,
                $"'{id}' is no name of a profile: letters, digits, '_', '-' and '.', at most 64.");
    }

    private static ApiRefusal Unknown(Call call, string id) =>
        call.Refuse(ErrorCodes.UnknownAgent, AgentProfiles.Unknown(id));
}
