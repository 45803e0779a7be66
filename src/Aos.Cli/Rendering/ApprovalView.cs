using System.Globalization;
using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Approvals;

namespace Aos.Cli.Rendering;

/// <summary>A request for approval, shown from the very bytes whose digest the decision is bound to.</summary>
internal static class ApprovalView
{
    /// <summary>How a request stands that can be decided on.</summary>
    public const string Open = "open";

    /// <summary>Shows requests.</summary>
    /// <param name="session">The call.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="areOpen">Whether they are those that are open in the store: one that has expired there waits for
    /// its run to take notice.</param>
    public static void ShowAll(Session session, IReadOnlyList<ApprovalSummary> requests, bool areOpen)
    {
        if (requests.Count == 0)
        {
            session.Screen.Error.WriteLine("Nothing waits for approval.");
            return;
        }
        var now = session.Time.GetUtcNow();
        foreach (var one in requests)
        {
            Show(session.Screen.Out, one, edited: null, now);
            if (one.Status == Open)
            {
                session.Screen.Out.WriteLine($"  allow:    {session.Suggest($"approve {one.ApprovalId}")}");
                session.Screen.Out.WriteLine($"  refuse:   {session.Suggest($"reject {one.ApprovalId}")}");
            }
            else if (areOpen)
                session.Screen.Out.WriteLine($"  go on:    {session.Suggest($"resume {one.RunId}")}");
            session.Screen.Out.WriteLine();
        }
    }

    public static void Show(TextWriter writer, ApprovalSummary row, Payload? edited, DateTimeOffset now)
    {
        var request = RequestOf(row);
        var item = request.Item is { } index ? string.Create(CultureInfo.InvariantCulture, $"[{index}]") : "";
        writer.WriteLine($"{row.ApprovalId}  {row.Status}");
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

    private static RunEvent.ApprovalRequested RequestOf(ApprovalSummary one) =>
        (RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(one.Request.Element);

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
    private static JsonElement? InputOf(ApprovalSummary one) =>
        one.Request.Element.TryGetProperty("input", out var input) ? input : null;

    private static void Input(TextWriter writer, string title, JsonElement input)
    {
        writer.WriteLine(title);
        foreach (var line in Lookalikes.Reveal(JsonView.Text(input)).Split('\n')) writer.WriteLine($"    {line}");
    }
}
