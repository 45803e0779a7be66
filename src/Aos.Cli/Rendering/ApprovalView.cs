using System.Globalization;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

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
        var request = (RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(row.Request.Span);
        var item = request.Item is { } index ? string.Create(CultureInfo.InvariantCulture, $"[{index}]") : "";
        writer.WriteLine($"{row.Id}  {Words.Spaced(row.Status)}");
        writer.WriteLine($"  run:      {row.RunId}, step {request.StepId}{item}");
        writer.WriteLine($"  call:     {request.Skill}@{request.SkillVersion}");
        if (request.Reason is { } reason) writer.WriteLine($"  reason:   {Plain.Of(reason)}");
        writer.WriteLine($"  role:     {Plain.Of(request.Role)}");
        writer.WriteLine($"  asked:    {Times.Relative(row.RequestedAt, now)}, {(row.ExpiresAt > now ? "expires" : "expired")} {Times.Relative(row.ExpiresAt, now)}");
        writer.WriteLine($"  digest:   {request.InputDigest}");
        Input(writer, "  input:", InputOf(row) ?? request.Input.Element);
        if (edited is not null) Input(writer, "  instead:", edited.Element);
    }

    // From the stored bytes themselves, not from a record that was read and written again.
    private static JsonElement? InputOf(ApprovalRow row)
    {
        using var document = JsonDocument.Parse(row.Request, new JsonDocumentOptions { MaxDepth = 1024 });
        return document.RootElement.TryGetProperty("input", out var input) ? input.Clone() : null;
    }

    private static void Input(TextWriter writer, string title, JsonElement input)
    {
        writer.WriteLine(title);
        foreach (var line in JsonView.Text(input).Split('\n')) writer.WriteLine($"    {line}");
    }
}
