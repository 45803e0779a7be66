using System.Globalization;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Runtime.Access;

namespace Aos.Server.Api;

/// <summary>Who one is, API keys, and the audit log.</summary>
internal static class IdentityApi
{
    private const string Tag = "identity";

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "whoami", Method = "GET", Path = "/v1/whoami", Tag = Tag, Right = "",
            Summary = "Who the server takes the caller for.",
            Result = "caller", Answer = call => Task.FromResult(Reply.Ok(call.Caller)) },
        new() { Id = "list_keys", Method = "GET", Path = "/v1/keys", Tag = Tag, Right = Rights.KeysWrite,
            Answer = ListAsync,
            Summary = "The API keys, without their secrets.", Result = "api_key_page" },
        new() { Id = "create_key", Method = "POST", Path = "/v1/keys", Tag = Tag, Right = Rights.KeysWrite,
            Answer = CreateAsync,
            Summary = "Make an API key. It is shown this once.", Body = "api_key_submission", Result = "new_api_key",
            Status = 201, IsAudited = true },
        new() { Id = "revoke_key", Method = "DELETE", Path = "/v1/keys/{key_id}", Tag = Tag, Right = Rights.KeysWrite,
            Answer = RevokeAsync,
            Summary = "End an API key, at once.", Result = "api_key_info", IsAudited = true },
        new() { Id = "rotate_key", Method = "POST", Path = "/v1/keys/{key_id}/rotate", Tag = Tag,
            Right = Rights.KeysWrite, Answer = RotateAsync,
            Summary = "Replace an API key by another with the same roles.", Body = "key_rotation",
            BodyIsOptional = true, Result = "new_api_key",
            Status = 201, IsAudited = true },
        new() { Id = "list_audit", Method = "GET", Path = "/v1/audit", Tag = Tag, Right = Rights.AuditRead,
            Answer = AuditAsync,
            Summary = "The audit log, oldest first.", Result = "audit_page",
            Parameters = [Parameter.Page, Parameter.Cursor] },
    ];

    private static async Task<Reply> ListAsync(Call call) => Reply.Ok(new ApiKeyPage
    {
        Items = [.. await call.Server.Keys.ListAsync(call.Caller.Tenant, call.Cancel).ConfigureAwait(false)],
    });

    private static async Task<Reply> CreateAsync(Call call)
    {
        var wanted = await call.ReadAsync<ApiKeySubmission>().ConfigureAwait(false);
        if (ApiKeys.Refuse(wanted) is { } mistake) throw call.Refuse(ErrorCodes.InvalidArgument, mistake);
        RequireRightsOf(call, wanted.Roles, wanted.Scopes);
        var made = await call.Server.Keys.CreateAsync(wanted, call.Caller.Tenant, call.Caller.Subject, call.Cancel)
            .ConfigureAwait(false);
        call.Target = made.Info.KeyId;
        return Reply.Ok(made);
    }

    private static async Task<Reply> RevokeAsync(Call call)
    {
        var id = call.Target = call.Route("key_id");
        return await call.Server.Keys.RevokeAsync(call.Caller.Tenant, id, call.Cancel)
            .ConfigureAwait(false) is { } ended
            ? Reply.Ok(ended)
            : throw call.Refuse(ErrorCodes.UnknownKey, $"There is no key '{id}'.");
    }

    private static async Task<Reply> RotateAsync(Call call)
    {
        var id = call.Target = call.Route("key_id");
        var overlap =
            TimeSpan.FromMinutes((await call.ReadAsync<KeyRotation>().ConfigureAwait(false)).OverlapMinutes ?? 0);
        // Whoever replaces a key is shown one with its rights.
        if (await call.Server.Keys.FindByIdAsync(call.Caller.Tenant, id, call.Cancel).ConfigureAwait(false) is { } old)
            RequireRightsOf(call, old.Roles, old.Scopes);
        return await call.Server.Keys.RotateAsync(call.Caller.Tenant, id, overlap, call.Caller.Subject, call.Cancel)
            .ConfigureAwait(false) is { } made
            ? Reply.Ok(made)
            : throw call.Refuse(ErrorCodes.UnknownKey, $"There is no key '{id}' that works.");
    }

    private static void RequireRightsOf(Call call, IEnumerable<string> roles, IReadOnlyCollection<string> scopes)
    {
        if (Rights.Of(roles, scopes).Except(call.Caller.Permissions).ToList() is [var missing, ..])
            throw call.Refuse(
                ErrorCodes.PermissionDenied,
                $"The key would have the right {missing}, which the caller does not have.");
    }

    private static async Task<Reply> AuditAsync(Call call)
    {
        var limit = call.Number("limit", 1, 1_000, absent: 50);
        var page = await call.Server.Audit
            .ReadAsync(call.Caller.Tenant, call.Seq(call.Query("cursor"), "cursor"), limit, call.Cancel)
            .ConfigureAwait(false);
        return Reply.Ok(new AuditPage
        {
            Items = [.. page],
            NextCursor = page.Count == limit ? page[^1].Seq.ToString(CultureInfo.InvariantCulture) : null,
        });
    }
}
