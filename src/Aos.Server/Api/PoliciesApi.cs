using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;

namespace Aos.Server.Api;

/// <summary><c>/v1/policies</c>: what the agents of a tenant may do.</summary>
internal static class PoliciesApi
{
    private const string Tag = "policies";
    private const string Path = "/v1/policies/{policy}";

    private static readonly Parameter Last =
        new("last", "query", """{"type":"integer","minimum":1,"maximum":1000,"default":100}""",
        "So many runs, the newest.");

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "list_policies", Method = "GET", Path = "/v1/policies", Tag = Tag, Right = Rights.CatalogRead,
            Answer = ListAsync,
            Summary = "The policies that bind what is admitted now, by name.", Result = "policy_page" },
        new() { Id = "get_policy", Method = "GET", Path = Path, Tag = Tag, Right = Rights.CatalogRead,
            Answer = GetAsync,
            Summary = "A policy. One that is kept in the store has an ETag.", Result = "policy" },
        new() { Id = "put_policy", Method = "PUT", Path = Path, Tag = Tag, Right = Rights.PoliciesWrite,
            Answer = PutAsync,
            Summary = "Write a policy. Runs that have begun keep those that they were begun under.", Body = "policy",
            Result = "policy",
            IsAudited = true, Parameters = [Parameter.IfMatch, Parameter.IfNoneMatch] },
        new() { Id = "delete_policy", Method = "DELETE", Path = Path, Tag = Tag, Right = Rights.PoliciesWrite,
            Answer = DeleteAsync,
            Summary = "Remove a policy.", Status = 204, IsAudited = true, Parameters = [Parameter.IfMatch] },
        new() { Id = "what_if", Method = "POST", Path = "/v1/what_if", Tag = Tag, Right = Rights.RunsRead,
            Answer = WhatIfAsync,
            Summary = "Say which calls of past runs a policy would have judged otherwise.", Body = "policy",
            Result = "what_if_report",
            Parameters = [Last] },
        new() { Id = "tighten_run", Method = "POST", Path = "/v1/runs/{run_id}/tighten", Tag = Tag,
            Right = Rights.PoliciesWrite, Answer = TightenAsync,
            Summary = "Bind an open run to one more policy, from its next attempt on.", Body = "tightening",
            Result = "structured_outcome",
            Status = 202, IsAudited = true },
    ];

    private static Task<Reply> ListAsync(Call call) =>
        Task.FromResult(Reply.Ok(new PolicyPage { Items = [.. call.Runtime.Policies.All] }));

    private static async Task<Reply> GetAsync(Call call)
    {
        var name = Name(call);
        if (await call.Server.Rules.Policies.FindAsync(call.Caller.Tenant, name, call.Cancel)
            .ConfigureAwait(false) is { } found
            && !call.Server.Rules.IsFile(name))
            return Reply.Ok(found.Document, etag: DocumentTag.Of(found.Document, found.Version));
        return call.Runtime.Policies.All.FirstOrDefault(policy => policy.Name == name) is { } file
            ? Reply.Ok(file)
            : throw Unknown(call, name);
    }

    private static async Task<Reply> PutAsync(Call call)
    {
        var name = Name(call);
        var policy = call.Require(PolicyReader.Read(await call.BodyAsync().ConfigureAwait(false)));
        if (policy.Name != name)
            throw call.Refuse(
                ErrorCodes.InvalidArgument, $"/policy: the policy is '{policy.Name}', and its address '{name}'.");
        RefuseFile(call, name);
        var shelf = call.Server.Rules.Policies;
        var found = await shelf.FindAsync(call.Caller.Tenant, name, call.Cancel).ConfigureAwait(false);
        var expected = Condition.Expected(call, PolicyShelf.What(name), found);
        if (await shelf.PutAsync(call.Caller.Tenant, name, policy, expected, call.Cancel)
            .ConfigureAwait(false) is not { } written)
            throw Condition.Changed(call, PolicyShelf.What(name));
        await call.Server.Rules.ReadAsync(call.Caller.Tenant, call.Cancel).ConfigureAwait(false);
        return Reply.Ok(policy, written == 1 ? 201 : 200, DocumentTag.Of(policy, written), $"/v1/policies/{name}");
    }

    private static async Task<Reply> DeleteAsync(Call call)
    {
        var name = Name(call);
        RefuseFile(call, name);
        var shelf = call.Server.Rules.Policies;
        if (await shelf.FindAsync(call.Caller.Tenant, name, call.Cancel).ConfigureAwait(false) is not { } found)
            throw Unknown(call, name);
        var expected = Condition.Expected<Policy>(call, PolicyShelf.What(name), found);
        if (await shelf.PutAsync(call.Caller.Tenant, name, null, expected, call.Cancel).ConfigureAwait(false) is null)
            throw Condition.Changed(call, PolicyShelf.What(name));
        await call.Server.Rules.ReadAsync(call.Caller.Tenant, call.Cancel).ConfigureAwait(false);
        return new Reply.Empty(204);
    }

    private static async Task<Reply> WhatIfAsync(Call call)
    {
        var policy = call.Require(PolicyReader.Read(await call.BodyAsync().ConfigureAwait(false)));
        return Reply.Of(
            await call.Runtime.WhatIfAsync(policy, call.Number("last", 1, 1_000, absent: 100), call.Cancel)
                .ConfigureAwait(false));
    }

    private static async Task<Reply> TightenAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<Tightening>().ConfigureAwait(false);
        return Reply.Of(
            await call.Runtime.TightenAsync(run, body.Policy, call.Caller.Subject, body.Reason, call.Cancel)
                .ConfigureAwait(false));
    }

    private static string Name(Call call) => call.Target = call.Route("policy");

    private static void RefuseFile(Call call, string name)
    {
        if (call.Server.Rules.IsFile(name))
            throw call.Refuse(
                ErrorCodes.PermissionDenied, $"The policy '{name}' is a file of the server, and is changed there.");
    }

    private static ApiRefusal Unknown(Call call, string name) =>
        call.Refuse(ErrorCodes.UnknownPolicy, PolicyShelf.Unknown(name));
}
