using System.Globalization;
using System.Text;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Access;
using Aos.Runtime.Approvals;
using Aos.Runtime.Runs;
using Aos.Server.Api;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Aos.Server.Mcp;

/// <summary>The person at the client. A tool whose run waits for an approval that this person may give answers
/// <c>input_required</c> with the request; the client shows it, and calls the tool again with what the person
/// said.</summary>
/// <param name="acting">Who calls.</param>
/// <param name="request">The call; null where there is none to answer.</param>
/// <param name="isOwner">Whether the person owns the store, and is somebody else than the agent that calls.</param>
internal sealed class McpPerson(Acting acting, RequestContext<CallToolRequestParams> request, bool isOwner)
{
    // A form is read by a person: what is more comes with the next answer.
    private const int QuestionsMax = 8;

    /// <summary>The run that the call goes on with, where it is an answer.</summary>
    public RunId? Resumed => RunId.TryParse(request.Params?.RequestState, out var run) ? run : null;

    private bool CanBeAsked => (isOwner || acting.Has(Rights.ApprovalsDecide))
        && request.Server is { IsMrtrSupported: true, ClientCapabilities.Elicitation.Form: not null };

    /// <summary>Takes what the person said. Whoever declines or closes the form has decided nothing.</summary>
    /// <returns>Whether anything was decided.</returns>
    /// <exception cref="ApiRefusal">A decision does not count.</exception>
    public async Task<bool> DecideAsync()
    {
        var any = false;
        foreach (var (name, answer) in request.Params?.InputResponses ?? new Dictionary<string, InputResponse>())
        {
            if (!ApprovalId.TryParse(name, out var id)) continue;
            var said = answer.Deserialize(InputResponse.ElicitResultJsonTypeInfo);
            if (said is not { IsAccepted: true, Content: { } form }
                || Text(form, "decision") is not ("approve" or "reject")) continue;
            var approved = Text(form, "decision") == "approve";
            var outcome = await DecideAsync(
                id, approved, Text(form, "reason") is { Length: > 0 } reason ? reason : null).ConfigureAwait(false);
            await acting.Server.Audit.AddAsync(acting.Caller.Tenant, By, approved ? "approve" : "reject", id.Value,
                outcome.Status == OutcomeStatus.Success ? ErrorCodes.Ok : outcome.Code, CancellationToken.None)
                    .ConfigureAwait(false);
            if (outcome.Status != OutcomeStatus.Success) throw new ApiRefusal(outcome);
            any = true;
        }
        return any;
    }

    /// <summary>Asks about the calls of a run that wait, where the client can show them to somebody who may
    /// decide.</summary>
    /// <exception cref="InputRequiredException">There is something to ask.</exception>
    public async Task AskAsync(RunReport report)
    {
        if (report.Status != RunStatus.Waiting || !CanBeAsked) return;
        if (!isOwner && await RequestedByAsync(report.RunId).ConfigureAwait(false) == acting.Caller.Subject) return;
        var open =
            (await acting.Runtime.ListApprovalsAsync(openOnly: true, acting.Cancel).ConfigureAwait(false)).Value ?? [];
        var questions = open.Where(
            row => row.RunId == report.RunId && row.Status == ApprovalStatus.Open && MayDecide(RequestOf(row)))
                .Take(QuestionsMax)
            .ToDictionary(
                row => row.Id.Value, row => InputRequest.ForElicitation(Question(row)), StringComparer.Ordinal);
        if (questions.Count > 0) throw new InputRequiredException(questions, report.RunId.Value);
    }

    private string By => isOwner ? Environment.UserName : acting.Caller.Subject;

    private async Task<StructuredOutcome> DecideAsync(ApprovalId id, bool approved, string? reason)
    {
        if (!isOwner && !acting.Has(Rights.ApprovalsDecide))
            throw acting.Refuse(ErrorCodes.PermissionDenied, $"This needs the right {Rights.ApprovalsDecide}.");
        var found = await acting.Runtime.FindApprovalAsync(id, acting.Cancel).ConfigureAwait(false);
        if (found.Value is not { } row) return found.Outcome;
        return await acting.Runtime.DecideAsync(new ApprovalDecision
        {
            Id = id,
            Approved = approved,
            By = By,
            Reason = reason,
            Binding = ApprovalBinding.Of(row.Tenant, row.RunId, RequestOf(row)),
            Principal = isOwner
                ? null : new Principal { Subject = acting.Caller.Subject, Roles = [.. RolesFor(RequestOf(row))] },
        }, acting.Cancel).ConfigureAwait(false);
    }

    private bool MayDecide(RunEvent.ApprovalRequested asked) =>
        isOwner || RolesFor(asked) is var roles && (roles.Contains(asked.Role)
        || (asked.EscalateTo is { } other && asked.EscalateAt <= acting.Server.Time.GetUtcNow()
            && roles.Contains(other)));

    private IReadOnlyList<string> RolesFor(RunEvent.ApprovalRequested asked) =>
        Rights.ToDecide(acting.Caller.Roles, asked.EscalateTo is { } other ? [asked.Role, other] : [asked.Role]);

    private async Task<string?> RequestedByAsync(RunId run)
    {
        await foreach (var line in acting.Runtime.TraceAsync(run, 0, follow: false, acting.Cancel)
            .ConfigureAwait(false))
            return (line.Event as RunEvent.RunSubmitted)?.RequestedBy;
        return null;
    }

    // From the stored bytes whose digest the decision is bound to.
    private static ElicitRequestParams Question(ApprovalRow row)
    {
        var asked = RequestOf(row);
        var item = asked.Item is { } index ? $"[{index}]" : "";
        var why = asked.Reason is { } reason ? $"\nReason: {Visible(reason)}" : "";
        return new ElicitRequestParams
        {
            Message = $"Run {row.RunId}, step {asked.StepId}{item} asks to "
                + $"call {asked.Skill}@{asked.SkillVersion}.{why}"
                + $"\nInput: {Visible(asked.Input.Element.GetRawText())}\nDigest: {asked.InputDigest}\nExpires: {row.ExpiresAt:yyyy-MM-dd HH:mm:ss} UTC",
            RequestedSchema = new ElicitRequestParams.RequestSchema
            {
                Properties = new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition>
                {
                    ["decision"] = new ElicitRequestParams.UntitledSingleSelectEnumSchema
                    {
                        Title = "Decision",
                        Description =
                            "approve: the call is made once, with exactly this input. reject: it is not made.",
                        Enum = ["approve", "reject"],
                    },
                    ["reason"] = new ElicitRequestParams.StringSchema
                    {
                        Title = "Reason",
                        Description = "Kept in the journal of the run.",
                        MaxLength = 1_000
                    },
                },
                Required = asked.ReasonRequired == true ? ["decision", "reason"] : ["decision"],
            },
        };
    }

    // What hides, reorders or passes for something else is written as an escape.
    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var c in text)
            if (char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned)
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else visible.Append(c);
        return Lookalikes.Reveal(visible.ToString());
    }

    private static RunEvent.ApprovalRequested RequestOf(ApprovalRow row) =>
        (RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(row.Request.Span);

    private static string? Text(IDictionary<string, JsonElement> form, string name) =>
        form.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
