using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Cli.Targets;
using Aos.Contracts.Runs;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>A run report for people: how it ended, its steps, its output, and what can be done next.</summary>
internal static class RunView
{
    public static async ValueTask ShowAsync(Session session, ITarget target, RunReport report, CancellationToken cancel)
    {
        var canvas = session.Screen.Canvas;
        Headline(canvas, report);
        if (report.Steps.Count > 0) Steps(report).Show(session.Screen);
        Output(session.Screen, report);
        if (report.Status is RunStatus.Failed or RunStatus.Quarantined) Failure(canvas, report);
        foreach (var line in await NextAsync(session, target, report, cancel).ConfigureAwait(false))
            session.Screen.Out.WriteLine(line); // Never wrapped: a command that is cut in two cannot be pasted.
    }

    private static void Headline(IAnsiConsole canvas, RunReport report)
    {
        var (mark, style) = Styles.Of(report.Status);
        var line = new Paragraph();
        line.Append($"{mark} {report.RunId} {Words.Spaced(report.Status)}", style);
        if (report.WaitingFor is { } wait) line.Append($" for {WaitText(wait)}", style);
        if (report.Code is { } code && code.Value != "OK") line.Append($" {code}", style);
        line.Append($"  {Times.Span(report.LatencyMs)}, {report.Cost}");
        line.Append("\n");
        if (report.Goal is { } goal) line.Append($"  {Plain.Line(goal, 200)}\n", Styles.Faint);
        canvas.Write(line);
    }

    private static Listing Steps(RunReport report)
    {
        var table = new Listing("", "STEP", "SKILL", "STATUS", "ATTEMPTS", "TIME", "COST");
        foreach (var step in report.Steps)
        {
            var (mark, style) = Styles.Of(step.Status);
            var code = step.Code is { } known && known.Value != "OK" ? $" {known}" : "";
            table.Add(
                new Cell(mark, style), step.StepId.Value, SkillOf(step.Skill, step.Wait),
                new Cell(Words.Spaced(step.Status) + code, style),
                $"{step.Attempts}", (step.Outcome?.Execution?.LatencyMs ?? step.Wait?.WaitedMs) is { } took
                    ? Times.Span(took) : "", $"{step.Cost}");
        }
        return table;
    }

    /// <summary>The skill of a step, or what it waits for.</summary>
    public static string SkillOf(Contracts.Skills.SkillRef? skill, StepWait? wait) => (skill, wait) switch
    {
        ({ } called, _) => called.Value,
        (_, { Signal: { } signal }) => $"(signal {signal})",
        (_, { Due: { } due }) => $"(until {Times.Moment(due)})",
        _ => "(wait)",
    };

    private static void Output(Screen screen, RunReport report)
    {
        if (report.Output is not { } output) return;
        var isShort = output.Element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        screen.Canvas.Write(new Text(isShort ? "output: " : "output:\n", Styles.Strong));
        JsonView.Show(screen, output);
    }

    private static void Failure(IAnsiConsole canvas, RunReport report)
    {
        var failed = report.Steps.FirstOrDefault(step => step.StepId == report.FailedStep);
        var failure = failed?.Outcome?.Failure;
        var text = new Paragraph();
        if (report.Message is { } message) text.Append($"{Plain.Of(message, keepLines: true)}\n", Styles.Bad);
        if (failure?.Cause is { } cause) text.Append($"cause: {Plain.Line(cause, 300)}\n");
        foreach (var problem in (failure?.Details ?? []).Take(5))
            text.Append($"  {Plain.Of(problem.Pointer)}: {Plain.Line(problem.Message, 200)}\n");
        foreach (var hint in (failure?.Suggestions ?? []).Take(2)) text.Append($"hint: {Plain.Line(hint, 300)}\n");
        canvas.Write(text);
    }

    private static async ValueTask<IReadOnlyList<string>> NextAsync(
        Session session, ITarget target, RunReport report, CancellationToken cancel) => report.Status switch
        {
            RunStatus.Failed =>
            [
                $"why: {session.Suggest($"query {report.RunId} why_did_step_fail")}",
                $"where time went: {session.Suggest($"trace {report.RunId}")}",
            ],
            RunStatus.Waiting => await WaitingAsync(session, target, report, cancel).ConfigureAwait(false),
            RunStatus.Running => [$"to go on, where its process is gone: {session.Suggest($"resume {report.RunId}")}"],
            RunStatus.Quarantined => [$"after a mend: {session.Suggest($"release {report.RunId}")}"],
            _ => [],
        };

    /// <summary>Everything that the run waits for: calls to allow and calls to settle, side by side.</summary>
    private static async ValueTask<IReadOnlyList<string>> WaitingAsync(
        Session session, ITarget target, RunReport report, CancellationToken cancel)
    {
        var open = await target.ApprovalsAsync(all: false, cancel).ConfigureAwait(false);
        var lines = (open.Value?.Items ?? []).Where(one => one.RunId == report.RunId && one.Status == ApprovalView.Open)
            .Select(one => $"to allow it: {session.Suggest($"approve {one.ApprovalId}")}").ToList();
        if (lines.Count > 0) lines.Insert(0, $"to see what waits for approval: {session.Suggest("approvals")}");
        var asked =
            await target.QueryAsync(report.RunId, "pending_settlements", arguments: null, cancel).ConfigureAwait(false);
        if (asked.Result is { } unsettled) lines.AddRange(SettleHints.For(session, report.RunId, unsettled));
        lines.AddRange(report.Steps.Where(step => step.Status == StepStatus.Waiting)
            .Select(step => step.Wait?.Signal).OfType<Contracts.Values.SignalName>()
            .Select(
                signal =>
                    $"to send it: {session.Program}{session.TargetArgument} signal {report.RunId} {signal} --data JSON"));
        return lines.Count > 0 ? lines : [$"to go on: {session.Suggest($"resume {report.RunId}")}"];
    }

    private static string WaitText(WaitReason wait) => wait switch
    {
        WaitReason.Approval => "approval",
        WaitReason.Timer => "a moment",
        WaitReason.Signal => "a signal",
        WaitReason.Version => "a skill version that is not here",
        WaitReason.UnknownOutcome => "somebody who settles an unknown outcome",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
