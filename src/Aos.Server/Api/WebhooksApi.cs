using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Runtime.Access;
using Aos.Runtime.Webhooks;

namespace Aos.Server.Api;

/// <summary><c>/v1/webhooks</c>: who is told what becomes of runs, and what did not arrive.</summary>
internal static class WebhooksApi
{
    private const string Tag = "webhooks";
    private const string Path = "/v1/webhooks/{webhook_id}";

    private static readonly Parameter Status = new("status", "query",
        """{"type":"string","enum":["pending","dead"],"default":"pending"}""",
        "`pending`: messages that are tried again. `dead`: those that are not.");

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "list_webhooks", Method = "GET", Path = "/v1/webhooks", Tag = Tag, Right = Rights.WebhooksWrite,
            Answer =
                ListAsync, Summary = "The addresses that are told what becomes of runs.", Result = "webhook_page" },
        new() { Id = "create_webhook", Method = "POST", Path = "/v1/webhooks", Tag = Tag, Right = Rights.WebhooksWrite,
            Answer =
                CreateAsync, Summary = "Add an address. Its secret is shown this once.", Body = "webhook_submission",
            Result = "new_webhook", Status = 201, IsAudited = true },
        new() { Id = "get_webhook", Method = "GET", Path = Path, Tag = Tag, Right = Rights.WebhooksWrite,
            Answer = GetAsync, Summary = "An address.", Result = "webhook_info" },
        new() { Id = "enable_webhook", Method = "POST", Path = Path + "/enable", Tag = Tag,
            Right = Rights.WebhooksWrite,
            Answer = EnableAsync, Summary = "Tell an address again that had asked for no more messages.",
            Result = "webhook_info", IsAudited = true },
        new() { Id = "rotate_webhook", Method = "POST", Path = Path + "/rotate", Tag = Tag,
            Right = Rights.WebhooksWrite,
            Answer = RotateAsync,
            Summary = "Replace the secret of an address. The one before signs beside the new one for a while.",
            Body = "webhook_rotation", BodyIsOptional = true, Result = "new_webhook", Status = 201, IsAudited = true },
        new() { Id = "delete_webhook", Method = "DELETE", Path = Path, Tag = Tag, Right = Rights.WebhooksWrite,
            Answer = DeleteAsync, Summary = "Remove an address and the messages that have not arrived there.",
            Status = 204, IsAudited = true },
        new() { Id = "list_deliveries", Method = "GET", Path = Path + "/deliveries", Tag = Tag,
            Right = Rights.WebhooksWrite,
            Answer = DeliveriesAsync, Summary = "Messages that have not arrived at an address.",
            Result = "webhook_delivery_page",
            Parameters = [Status, Parameter.Page, Parameter.Cursor] },
        new() { Id = "replay_delivery", Method = "POST", Path = Path + "/deliveries/{message_id}/replay", Tag = Tag,
            Right =
                Rights.WebhooksWrite, Answer = ReplayAsync, Summary = "Send a dead message again, from the first try.",
            Result = "webhook_delivery", Status = 202, IsAudited = true },
    ];

    private static async Task<Reply> ListAsync(Call call) => Reply.Ok(new WebhookPage
    {
        Items = [.. await call.Server.Webhooks.ListAsync(call.Caller.Tenant, call.Cancel).ConfigureAwait(false)],
    });

    private static async Task<Reply> CreateAsync(Call call)
    {
        var wanted = await call.ReadAsync<WebhookSubmission>().ConfigureAwait(false);
        if (WebhookShelf.Check(wanted) is { Count: > 0 } mistakes)
            throw call.Refuse(ErrorCodes.InvalidArgument, mistakes);
        if (wanted.SecretName is not null && call.Caller.Tenant != call.Server.Settings.Tenant)
            throw call.Refuse(ErrorCodes.PermissionDenied,
                $"/secret_name: the secrets of this server belong to tenant '{call.Server.Settings.Tenant}'.");
        var made = await call.Server.Webhooks.CreateAsync(wanted, call.Caller.Tenant, call.Caller.Subject, call.Cancel)
            .ConfigureAwait(false) ?? throw call.Refuse(ErrorCodes.InvalidArgument, WebhookShelf.TooMany);
        call.Target = made.Info.WebhookId;
        // What happens once the caller has this answer is announced.
        await call.Server.Dispatcher.RefreshAsync(call.Cancel).ConfigureAwait(false);
        return Reply.Ok(made, location: $"/v1/webhooks/{made.Info.WebhookId}");
    }

    private static async Task<Reply> GetAsync(Call call) => Reply.Ok(await FindAsync(call).ConfigureAwait(false));

    private static async Task<Reply> EnableAsync(Call call)
    {
        var id = call.Target = call.Route("webhook_id");
        var info = await call.Server.Webhooks.EnableAsync(call.Caller.Tenant, id, call.Cancel).ConfigureAwait(false)
            ?? throw Unknown(call, id);
        await call.Server.Dispatcher.RefreshAsync(call.Cancel).ConfigureAwait(false);
        return Reply.Ok(info);
    }

    private static async Task<Reply> RotateAsync(Call call)
    {
        var id = call.Target = call.Route("webhook_id");
        var minutes = (await call.ReadAsync<WebhookRotation>().ConfigureAwait(false)).OverlapMinutes
            ?? WebhookShelf.OverlapMinutes;
        var (made, refusal) = await call.Server.Webhooks
            .RotateAsync(call.Caller.Tenant, id, TimeSpan.FromMinutes(minutes), call.Cancel).ConfigureAwait(false);
        if (made is null) throw refusal is null ? Unknown(call, id) : call.Refuse(ErrorCodes.InvalidArgument, refusal);
        // What is sent once the caller has this answer is signed with the new secret.
        await call.Server.Dispatcher.RefreshAsync(call.Cancel).ConfigureAwait(false);
        return Reply.Ok(made);
    }

    private static async Task<Reply> DeleteAsync(Call call)
    {
        var id = call.Target = call.Route("webhook_id");
        return await call.Server.Webhooks.DeleteAsync(call.Caller.Tenant, id, call.Cancel).ConfigureAwait(false)
            ? new Reply.Empty(204) : throw Unknown(call, id);
    }

    private static async Task<Reply> DeliveriesAsync(Call call)
    {
        var webhook = await FindAsync(call).ConfigureAwait(false);
        var limit = call.Number("limit", 1, 1_000, absent: 50);
        var dead = call.Query("status") switch
        {
            null or "pending" => false,
            "dead" => true,
            _ => throw call.Refuse(ErrorCodes.InvalidArgument, "'status' is pending or dead."),
        };
        var page = await call.Server.Webhooks.DeliveriesAsync(webhook, dead, call.Query("cursor"), limit, call.Cancel)
            .ConfigureAwait(false);
        return Reply.Ok(new WebhookDeliveryPage
        {
            Items = [.. page],
            NextCursor = page.Count == limit ? page[^1].MessageId : null,
        });
    }

    private static async Task<Reply> ReplayAsync(Call call)
    {
        var webhook = await FindAsync(call).ConfigureAwait(false);
        var message = call.Target = call.Route("message_id");
        return Reply.Ok(await call.Server.Webhooks.ReplayAsync(webhook, message, call.Cancel).ConfigureAwait(false)
            ?? throw call.Refuse(ErrorCodes.UnknownResource, WebhookShelf.Unknown(webhook.WebhookId, message)));
    }

    private static async Task<WebhookInfo> FindAsync(Call call)
    {
        var id = call.Target = call.Route("webhook_id");
        return await call.Server.Webhooks.FindAsync(call.Caller.Tenant, id, call.Cancel).ConfigureAwait(false)
            ?? throw Unknown(call, id);
    }

    private static ApiRefusal Unknown(Call call, string id) =>
        call.Refuse(ErrorCodes.UnknownResource, WebhookShelf.Unknown(id));
}
