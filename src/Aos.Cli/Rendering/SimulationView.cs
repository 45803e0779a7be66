using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What a run is expected to be.</summary>
internal static class SimulationView
{
    public static void Show(Screen screen, Simulation simulation)
    {
        var canvas = screen.Canvas;
        var head = new Paragraph();
        var style = simulation.Feasible ? Styles.Good : Styles.Bad;
        head.Append(
            simulation.Feasible
                ? "✓ feasible" : $"✗ not feasible{(simulation.Code is { } code ? $" {code}" : "")}", style);
        head.Append($"  about {Times.Span(simulation.EstimatedLatencyMs)}, {simulation.EstimatedCost} expected, "
            + $"{simulation.WorstCost} at worst{(simulation.BudgetOk ? "" : ", more than the budget")}\n");
        canvas.Write(head);
        Steps(simulation).Show(screen);
        if (simulation.CriticalPath.Count > 1)
            List(canvas, "takes its time", [string.Join(" → ", simulation.CriticalPath)], Styles.Faint);
        List(canvas, "attempts", [Attempts(simulation)], Styles.Faint);
        List(canvas, "hits a limit", simulation.LimitsHit
            .Select(hit => $"{(hit.StepId is { } step ? $"{step}: " : "")}{hit.Message} [{hit.Code}]"), Styles.Bad);
        List(canvas, "not allowed", simulation.PermissionGaps, Styles.Bad);
        List(canvas, "denied by policy", simulation.PolicyDenials, Styles.Bad);
        List(canvas, "needs approval", simulation.ApprovalsNeeded, Styles.Wait);
        List(canvas, "may differ", simulation.Risks
            .Select(risk => $"{(risk.StepId is { } step ? $"{step}: " : "")}{risk.Message} [{risk.Code}]"),
                Styles.Faint);
    }

    /// <summary>What each budget would make of a run: a row each.</summary>
    public static void ShowBudgets(Screen screen, IReadOnlyList<BudgetTrial> trials)
    {
        var table = new Listing("", "BUDGET", "EXPECTED", "WORST", "WORST FITS", "STEPS DONE", "ENDS WITH");
        foreach (var trial in trials)
        {
            var simulation = trial.Simulation;
            // What the ledger has no room for does not begin.
            var isRefused = simulation.Code == ErrorCodes.AgentBudgetExceeded
                || simulation.Code == ErrorCodes.TenantBudgetExceeded;
            var done = isRefused ? 0 : simulation.Steps.Count(step => step.Status == StepStatus.Success);
            table.Add(
                new Cell(simulation.Feasible ? "✓" : "✗", simulation.Feasible ? Styles.Good : Styles.Bad),
                $"{trial.Budget}",
                $"{simulation.EstimatedCost}", $"{simulation.WorstCost}", simulation.BudgetOk ? "yes" : "no",
                $"{done} of {simulation.Steps.Count}",
                $"{(simulation.Code is { } code ? code.Value : "-")}{(!isRefused && simulation.LimitsHit is [{ StepId: { } step }, ..] ? $" at {step}" : "")}");
        }
        table.Show(screen);
    }

    private static string Attempts(Simulation simulation) =>
        $"{simulation.EstimatedAttempts} expected, {simulation.WorstAttempts} at worst"
        + (simulation.WorstPlannerRounds is { } rounds ? $"; up to {Words.Count(rounds, "round")} of planning" : "");

    /// <summary>Several plans side by side: a row each.</summary>
    public static void Compare(Screen screen, IReadOnlyList<(string Name, Simulation Simulation)> plans)
    {
        var table = new Listing("", "TAKES", "EXPECTED", "WORST", "STEPS", "DENIED", "APPROVALS", "RISKS", "PLAN");
        foreach (var (name, simulation) in plans)
            table.Add(new Cell(simulation.Feasible ? "✓" : "✗", simulation.Feasible ? Styles.Good : Styles.Bad),
                Times.Span(simulation.EstimatedLatencyMs), $"{simulation.EstimatedCost}", $"{simulation.WorstCost}",
                $"{simulation.Steps.Count}",
                $"{simulation.PermissionGaps.Count + simulation.PolicyDenials.Count}",
                $"{simulation.ApprovalsNeeded.Count}",
                $"{simulation.Risks.Count}", name);
        table.Show(screen);
    }

    private static Listing Steps(Simulation simulation)
    {
        var table = new Listing("", "STEP", "SKILL", "EFFECT", "STARTS", "TAKES", "COST", "WORST");
        foreach (var step in simulation.Steps)
        {
            var (mark, style) = Styles.Of(step.Status);
            table.Add(
                new Cell(mark, style), step.StepId.Value, RunView.SkillOf(step.Skill, step.Wait),
                Words.Spaced(step.Effect),
                $"+{Times.Span(step.StartMs)}", Times.Span(step.LatencyMs), $"{step.Cost}", $"{step.WorstCost}");
        }
        return table;
    }

    private static void List(IAnsiConsole canvas, string title, IEnumerable<string> lines, Style style)
    {
        foreach (var line in lines) canvas.Write(new Text($"{title}: {Plain.Line(line, 400)}\n", style));
    }
}
