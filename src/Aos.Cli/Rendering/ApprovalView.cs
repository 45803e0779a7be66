using System.Globalization;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Approvals;

namespace Aos.Cli.Rendering;

/// <summary>A request for approval, shown from the very bytes whose digest the decision is bound to.</summary>
internal static class ApprovalView
{
    public static void ShowAll(Session session, IReadOnlyList<ApprovalRow> rows)
    {
        if (rows.Count == 0)
        {
            session.Screen.Error.WriteLine("Nothing waits for approval.");
            return;
        }
        var now = session.Time.GetUtcNow();
        foreach (var row in rows)
        {
            var standing = row.StandingAt(now);
            Show(session.Screen.Out, standing, edited: null, now);
            if (standing.Status == ApprovalStatus.Open)
            {
                session.Screen.Out.WriteLine($"  allow:    {session.Suggest($"approve {row.Id}")}");
                session.Screen.Out.WriteLine($"  refuse:   {session.Suggest($"reject {row.Id}")}");
            }
            else if (row.Status == ApprovalStatus.Open)
                session.Screen.Out.WriteLine($"  go on:    {session.Suggest($"resume {row.RunId}")}");
            session.Screen.Out.WriteLine();
        }
    }

    public static void Show(TextWriter writer, ApprovalRow row, Payload? edited, DateTimeOffset now)
    {
        var request = RequestOf(row);
        var item = request.Item is { } index ? string.Create(CultureInfo.InvariantCulture, $"[{index}]") : "";
        writer.WriteLine($"{row.Id}  {Words.Spaced(row.Status)}");
        writer.WriteLine($"  run:      {row.RunId}, step {request.StepId}{item}");
        writer.WriteLine($"  call:     {request.Skill}@{request.SkillVersion}");
        if (request.Reason is { } reason) writer.WriteLine($"  reason:   {Revealed(reason)}");
        foreach (var rule in request.Rules)
            writer.WriteLine($"  rule:     {Revealed(rule.Policy)} version {rule.Version}, {Revealed(rule.Rule)}");
        writer.WriteLine($"  role:     {Revealed(request.Role)}{Escalated(request, now)}");
        if (request.Quorum is { } quorum)
            writer.WriteLine($"  people:   {request.ApprovedBy.Count} of {quorum} have approved"
                + (request.ApprovedBy.IsEmpty ? "" : $": {string.Join(", ", request.ApprovedBy.Select(Revealed))}"));
        if (request.ReasonRequired == true) writer.WriteLine("  decide:   with a reason (--reason)");
        writer.WriteLine($"  asked:    {Times.Relative(row.RequestedAt, now)}, {(row.ExpiresAt > now ? "expires" : "expired")} {Times.Relative(row.ExpiresAt, now)}");
        writer.WriteLine($"  digest:   {request.InputDigest}");
        Input(writer, "  input:", InputOf(row) ?? request.Input.Element);
        if (edited is not null) Input(writer, "  instead:", edited.Element);
    }

    /// <summary>What a decision on a request is bound to; null where its run is gone.</summary>
    public static async ValueTask<Digest?> BindingAsync(Session session, ApprovalRow row, CancellationToken cancel) =>
        await session.ReadAsync(store => store.FindRunAsync(row.RunId, cancel), cancel).ConfigureAwait(false) is { } run
            ? ApprovalBinding.Of(run.Tenant, row.RunId, RequestOf(row))
            : null;

    private static RunEvent.ApprovalRequested RequestOf(ApprovalRow row) => (RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(row.Request.Span);

    private static string Escalated(RunEvent.ApprovalRequested request, DateTimeOffset now) => request switch
    {
        { EscalateTo: { } role, EscalateAt: { } at } => at <= now
            ? $", or {Revealed(role)} (nobody decided for a while)"
            : $", or {Revealed(role)} {Times.Relative(at, now)}",
        _ => "",
    };

    // What hides, reorders or passes for something else is written as an escape.
    private static string Revealed(string text) => Lookalikes.Reveal(Plain.Of(text));

    // From the stored bytes themselves, not from a record that was read and written again.
    private static JsonElement? InputOf(ApprovalRow row)
    {
        using var document = JsonDocument.Parse(row.Request, new JsonDocumentOptions { MaxDepth = 1024 });
        return document.RootElement.TryGetProperty("input", out var input) ? input.Clone() : null;
    }

    private static void Input(TextWriter writer, string title, JsonElement input)
    {
        writer.WriteLine(title);
        foreach (var line in Lookalikes.Reveal(JsonView.Text(input)).Split('\n')) writer.WriteLine($"    {line}");
    }
}
