using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Spectre.Console;

namespace Aos.Cli.Demo;

/// <summary>What the demo tells, chapter by chapter.</summary>
internal sealed class Story(Session session)
{
    private readonly IAnsiConsole _canvas = session.Screen.Canvas;
    private readonly EventLines _lines = new();
    private int _chapter;

    public void Begin(string goal, bool live)
    {
        Write($"goal: {goal}\n", Styles.Strong);
        Write(live ? "The price comes from api.coinbase.com, the team's hook is served here.\n"
            : "Price and hook are served on loopback; the first price request will time out.\n", Styles.Faint);
    }

    public void ShowPlan(Plan plan)
    {
        Chapter("Plan", "made by the rule planner, from a rule in rules.json");
        var table = new Listing("STEP", "SKILL", "INPUT");
        foreach (var step in plan.Steps) table.Add(step.Id.Value, RunView.SkillOf(step.Skill, null), InputOf(step));
        table.Show(session.Screen);
    }

    public void ShowContract(StructuredOutcome outcome)
    {
        Chapter("Resource contract", "the limits granted to this run, known before it starts");
        var contract = AosJson.Read<ResourceContract>(outcome.Result!.Utf8.Span);
        var table = new Listing("", "");
        void Row(string name, string value) => table.Add(new Cell(name, Styles.Faint), value);
        Row("agent", contract.AgentId);
        Row("skills", string.Join(", ", contract.Skills.Select(skill => $"{skill}")));
        Row("network", string.Join(", ", contract.Network));
        Row("budget", $"{contract.Budget}");
        Row("limits", $"{contract.MaxSteps} steps, {contract.MaxAttempts} attempts, {Times.Span(contract.MaxRunMs)}");
        table.Show(session.Screen);
    }

    public void ShowSimulation(Simulation simulation)
    {
        Chapter("Simulation", "the same kernel on a virtual clock: nothing is called");
        SimulationView.Show(session.Screen, simulation);
    }

    public void BeginRun() => Chapter("Run", "every event is durable before it is shown");

    public void ShowEvent(RunEvent e)
    {
        Write(_lines.Timed(e, session.Screen.Width), Styles.Of(e));
        if (e is RunEvent.AttemptReturned { Status: OutcomeStatus.Failure } failed) ShowFailure(failed);
    }

    public void ShowReceived(int? priceRequests, IReadOnlyList<string> messages)
    {
        Chapter("What arrived", "as the other side saw it");
        if (priceRequests is { } count) Write($"price endpoint: {Words.Count(count, "request")}\n");
        Write($"team's hook:    {Words.Count(messages.Count, "message")}\n");
        foreach (var message in messages) Write($"                “{Plain.Line(message, 200)}”\n", Styles.Good);
    }

    public void BeginOutcome() => Chapter("Outcome", "what `aos run` reports");

    public void ShowTrace(IEnumerable<RunEvent> events, DateTimeOffset now)
    {
        Chapter("Trace", "where the time went");
        TraceView.Show(session.Screen, Waterfall.Of(events, now));
    }

    public void ShowReplay(ReplayReport report)
    {
        Chapter("Replay", "the recorded facts, fed to the kernel again");
        ReplayView.Show(session.Screen, report);
    }

    public void ShowNext(RunId run)
    {
        Chapter("What to try next", "the run is kept in " + session.Data);
        foreach (var line in (string[])
                 [
                     $"trace {run}{session.TargetArgument} --json",
                     $"query {run} what_did_i_try_already{session.TargetArgument}",
                     "failures TIMEOUT",
                     "describe-skill http_call",
                     "run \"get https://example.com\"",
                     "simulate \"get https://example.com\"",
                 ])
            Write($"  {session.Program} {line}\n");
    }

    public int EndBadly(bool live, RunReport report)
    {
        if (live)
            Write($"The price API could not be used. Is this machine offline? `{session.Program} demo btc` needs no "
                + "network.\n", Styles.Wait);
        return ExitCodes.Of(report);
    }

    private void ShowFailure(RunEvent.AttemptReturned failed)
    {
        var info = RunReporter.Explain(FailureIndex.BuiltIn, failed.Code, failed);
        Remark($"the failure as data: code {info.Code}, category {Words.Of(info.Category)}, retryable "
            + (info.Retryable ? "true" : "false"));
        if (FailureIndex.BuiltIn.Match(failed.Code)?.Retry is { } rule)
            Remark($"the failure catalog: up to {rule.MaxAttempts} attempts; waits of up "
                + $"to {Times.Span(rule.InitialMs)}, "
                + $"growing ×{rule.Factor}");
    }

    private void Remark(string text) =>
        Write(Wrap.Hanging(new string(' ', 11), text, session.Screen.Width), Styles.Faint);

    private void Chapter(string title, string about)
    {
        Write($"\n{++_chapter}. {title}", Styles.Strong);
        Write($"  {about}\n", Styles.Faint);
    }

    private void Write(string text, Style? style = null) => _canvas.Write(new Text(text, style ?? Style.Plain));

    private static string InputOf(PlanStep step) => step.Input is { } input ? JsonView.Line(input.Element) : "";
}
