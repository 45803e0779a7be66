using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;

namespace Aos.Server.Api;

/// <summary><c>/v1/budgets</c>: what a tenant and its agents may spend, hold and have spent.</summary>
internal static class BudgetsApi
{
    private const string Tag = "budgets";

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "get_budget", Method = "GET", Path = "/v1/budgets", Tag = Tag, Right = Rights.RunsRead,
            Answer = ReportAsync,
            Summary = "What the tenant, or one of its agents, may spend, holds and has spent, and who spent it.",
            Result = "budget_report",
            Parameters = [new("agent_id", "query", """{"type":"string"}""", "Only of this agent.")] },
        new() { Id = "get_tenant", Method = "GET", Path = "/v1/tenant", Tag = Tag, Right = Rights.RunsRead,
            Answer = GetAsync,
            Summary = "The limits and the time zone of the tenant. Limits that are kept in the store have an ETag.",
            Result = "tenant" },
        new() { Id = "put_tenant", Method = "PUT", Path = "/v1/tenant", Tag = Tag, Right = Rights.BudgetsWrite,
            Answer = PutAsync,
            Summary = "Write the limits of the tenant, for runs that are admitted from now on.", Body = "tenant",
            Result = "tenant",
            IsAudited = true, Parameters = [Parameter.IfMatch, Parameter.IfNoneMatch] },
    ];

    private static async Task<Reply> ReportAsync(Call call)
    {
        var agent = call.Query("agent_id");
        var profile = agent is null ? null
            : (await call.Server.Agents.FindAsync(call.Caller.Tenant, agent, call.Cancel)
                .ConfigureAwait(false))?.Document;
        return Reply.Of(await call.Runtime.BudgetAsync(agent, profile, call.Cancel).ConfigureAwait(false));
    }

    private static async Task<Reply> GetAsync(Call call)
    {
        var found = await call.Server.Rules.Tenants.FindAsync(call.Caller.Tenant, call.Caller.Tenant, call.Cancel)
            .ConfigureAwait(false);
        return found is { } known && !call.Server.Rules.IsTenantFile(call.Caller.Tenant)
            ? Reply.Ok(call.Runtime.Limits, etag: DocumentTag.Of(known.Document, known.Version))
            : Reply.Ok(call.Runtime.Limits);
    }

    private static async Task<Reply> PutAsync(Call call)
    {
        var tenant = call.Target = call.Caller.Tenant;
        var limits = call.Require(TenantReader.Read(await call.BodyAsync().ConfigureAwait(false)));
        if (limits.TenantId is { } other && other != tenant)
            throw call.Refuse(
                ErrorCodes.InvalidArgument, $"/tenant_id: the caller belongs to '{tenant}', not to '{other}'.");
        if (call.Server.Rules.IsTenantFile(tenant))
            throw call.Refuse(
                ErrorCodes.PermissionDenied,
                "The limits of this tenant stand in a file of the server, and are changed there.");
        // Its version is how often it was written.
        limits = limits with { TenantId = tenant, Version = null };
        var shelf = call.Server.Rules.Tenants;
        var found = await shelf.FindAsync(tenant, tenant, call.Cancel).ConfigureAwait(false);
        var expected = Condition.Expected<TenantProfile>(call, "The document of the tenant", found);
        if (await shelf.PutAsync(tenant, tenant, limits, expected, call.Cancel)
            .ConfigureAwait(false) is not { } written)
            throw Condition.Changed(call, "The document of the tenant");
        await call.Server.Rules.ReadAsync(tenant, call.Cancel).ConfigureAwait(false);
        return Reply.Ok(call.Runtime.Limits, written == 1 ? 201 : 200, DocumentTag.Of(limits, written), "/v1/tenant");
    }
}
