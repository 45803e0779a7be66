using Aos.Cli.Invocation;
using Aos.Runtime.Archives;
using Aos.Storage.Sqlite.Backups;

namespace Aos.Cli.Rendering;

/// <summary>What a restore did, and what somebody must look at before runs go on.</summary>
internal static class RestoreView
{
    public static void Show(Session session, RestoreReport report, IReadOnlyList<HeldRun> held)
    {
        var screen = session.Screen;
        screen.Out.WriteLine(
            $"Restored {report.Path}: {Words.Count(report.Runs, "run")}, {report.HeldRuns} of them open and held, "
            + $"{Words.Count(report.VoidApprovals, "approval request")} void.");
        if (report.Replaced is { } replaced) screen.Out.WriteLine($"The store that was there is {replaced} now.");
        foreach (var run in held)
        {
            screen.Out.WriteLine($"{run.Row.RunId}  {Plain.Line(run.Row.Goal, 80)}");
            if (run.LastEventAt is { } last)
                screen.Out.WriteLine($"  known until {Times.Relative(last, session.Time.GetUtcNow())}");
            foreach (var call in run.Calls)
                screen.Out.WriteLine(
                    $"  {call.Step}{(call.Item is { } item ? $"[{item}]" : "")}: {Sentence(call.Because)}");
        }

        if (held.Count > 0)
            screen.Out.WriteLine($"After a look at the other side: {session.Suggest("release RUN")}, "
                + $"or {session.Suggest("release --held")}");
    }

    public static ReadOnlyMemory<byte> Json(RestoreReport report, IReadOnlyList<HeldRun> held) =>
        ListText.Object(writer =>
    {
        writer.WriteString("store", report.Path);
        if (report.Replaced is { } replaced) writer.WriteString("replaced", replaced);
        writer.WriteNumber("runs", report.Runs);
        writer.WriteNumber("held_runs", report.HeldRuns);
        writer.WriteNumber("void_approvals", report.VoidApprovals);
        writer.WriteStartArray("review");
        foreach (var run in held)
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", run.Row.RunId.Value);
            if (run.LastEventAt is { } last) writer.WriteString("last_event_at", ListText.Time(last));
            writer.WriteStartArray("calls");
            foreach (var call in run.Calls)
            {
                writer.WriteStartObject();
                writer.WriteString("step_id", call.Step.Value);
                if (call.Item is { } item) writer.WriteNumber("item", item);
                writer.WriteString("because", Words.Of(call.Because));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static string Sentence(HeldBecause because) => because switch
    {
        HeldBecause.OnceInFlight => "was in flight and must not be repeated; it waits to be settled",
        HeldBecause.InFlight => "was in flight; it is made again under the same idempotency key",
        HeldBecause.ApprovalVoid => "waited for a decision; it is asked for anew",
        HeldBecause.OutcomeUnknown => "had an unknown outcome; it may have been settled since",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
