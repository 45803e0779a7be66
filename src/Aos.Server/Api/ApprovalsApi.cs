using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Runs;

namespace Aos.Server.Api;

/// <summary><c>/v1/approvals</c>: calls that wait for a person.</summary>
internal static class ApprovalsApi
{
    private const string Tag = "approvals";
    private const string Path = "/v1/approvals/{approval_id}";

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "list_approvals", Method = "GET", Path = "/v1/approvals", Tag = Tag, Right = Rights.RunsRead,
            Answer = ListAsync,
            Summary = "Calls that wait for a person, oldest first, with the exact input.",
            Result = "approval_page", Parameters =
            [
                new("all", "query", """{"type":"boolean","default":false}""",
                    "Also those that were decided, expired or became void."),
            ] },
        new() { Id = "get_approval", Method = "GET", Path = Path, Tag = Tag, Right = Rights.RunsRead, Answer = GetAsync,
            Summary = "One request, with the exact input.", Result = "approval_summary" },
        new() { Id = "approve", Method = "POST", Path = Path + "/approve", Tag = Tag, Right = Rights.ApprovalsDecide,
            Answer = call =>
                DecideAsync(call, approved: true),
                    Summary = "Allow the call, once, for the exact input that was shown.",
            Body = "decision", BodyIsOptional = true, Result = "structured_outcome", Status = 202, IsAudited = true },
        new() { Id = "reject", Method = "POST", Path = Path + "/reject", Tag = Tag, Right = Rights.ApprovalsDecide,
            Answer = call => DecideAsync(call, approved: false), Summary = "Refuse the call.",
            Body = "decision", BodyIsOptional = true, Result = "structured_outcome", Status = 202, IsAudited = true },
    ];

    private static async Task<Reply> ListAsync(Call call)
    {
        var all = call.Query("all") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw call.Refuse(ErrorCodes.InvalidArgument, "'all' is true or false."),
        };
        var answer = await call.Runtime.ListApprovalsAsync(openOnly: !all, call.Cancel).ConfigureAwait(false);
        return answer.Value is { } rows
            ? Reply.Ok(new ApprovalPage { Items = [.. rows.Select(Summaries.Of)] }) : new Reply.Refused(answer.Outcome);
    }

    private static async Task<Reply> GetAsync(Call call)
    {
        var answer = await call.Runtime.FindApprovalAsync(call.Route<ApprovalId>("approval_id"), call.Cancel)
            .ConfigureAwait(false);
        return answer.Value is { } row ? Reply.Ok(Summaries.Of(row)) : new Reply.Refused(answer.Outcome);
    }

    private static async Task<Reply> DecideAsync(Call call, bool approved)
    {
        var id = call.Route<ApprovalId>("approval_id");
        var body = await call.ReadAsync<Decision>().ConfigureAwait(false);
        if (!approved && body.Input is not null)
            throw call.Refuse(ErrorCodes.InvalidArgument, "/input: a call that is refused needs no other input.");
        var found = await call.Runtime.FindApprovalAsync(id, call.Cancel).ConfigureAwait(false);
        if (found.Value is not { } row) return new Reply.Refused(found.Outcome);
        var request = Summaries.RequestOf(row);
        return Reply.Of(await call.Runtime.DecideAsync(new ApprovalDecision
        {
            Id = id,
            Approved = approved,
            By = call.Caller.Subject,
            Reason = body.Reason,
            Input = body.Input,
            Binding = body.Binding,
            Principal = new Principal
            {
                Subject = call.Caller.Subject,
                Roles = [
                    .. Rights.ToDecide(
                        call.Caller.Roles, request.EscalateTo is { } other ? [request.Role, other] : [request.Role])],
            },
        }, call.Cancel).ConfigureAwait(false));
    }
}
