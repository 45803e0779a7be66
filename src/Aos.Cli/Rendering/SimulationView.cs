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
        head.Append(simulation.Feasible ? "✓ feasible" : $"✗ not feasible{(simulation.Code is { } code ? $" {code}" : "")}", style);
        head.Append($"  about {Times.Span(simulation.EstimatedLatencyMs)}, {simulation.EstimatedCost} expected, "
            + $"{simulation.WorstCost} at worst{(simulation.BudgetOk ? "" : ", more than the budget")}\n");
        canvas.Write(head);
        Steps(simulation).Show(screen);
        List(canvas, "not allowed", simulation.PermissionGaps, Styles.Bad);
        List(canvas, "denied by policy", simulation.PolicyDenials, Styles.Bad);
        List(canvas, "needs approval", simulation.ApprovalsNeeded, Styles.Wait);
        List(canvas, "may differ", simulation.Risks
            .Select(risk => $"{(risk.StepId is { } step ? $"{step}: " : "")}{risk.Message} [{risk.Code}]"), Styles.Faint);
    }

    /// <summary>Several plans side by side: a row each.</summary>
    public static void Compare(Screen screen, IReadOnlyList<(string Name, Simulation Simulation)> plans)
    {
        var table = new Listing("", "TAKES", "EXPECTED", "WORST", "STEPS", "DENIED", "APPROVALS", "RISKS", "PLAN");
        foreach (var (name, simulation) in plans)
            table.Add(new Cell(simulation.Feasible ? "✓" : "✗", simulation.Feasible ? Styles.Good : Styles.Bad),
                Times.Span(simulation.EstimatedLatencyMs), $"{simulation.EstimatedCost}", $"{simulation.WorstCost}", $"{simulation.Steps.Count}",
                $"{simulation.PermissionGaps.Count + simulation.PolicyDenials.Count}", $"{simulation.ApprovalsNeeded.Count}",
                $"{simulation.Risks.Count}", name);
        table.Show(screen);
    }

    private static Listing Steps(Simulation simulation)
    {
        var table = new Listing("", "STEP", "SKILL", "EFFECT", "STARTS", "TAKES", "COST", "WORST");
        foreach (var step in simulation.Steps)
        {
            var (mark, style) = Styles.Of(step.Status);
            table.Add(new Cell(mark, style), step.StepId.Value, RunView.SkillOf(step.Skill, step.Wait), Words.Spaced(step.Effect),
                $"+{Times.Span(step.StartMs)}", Times.Span(step.LatencyMs), $"{step.Cost}", $"{step.WorstCost}");
        }
        return table;
    }

    private static void List(IAnsiConsole canvas, string title, IEnumerable<string> lines, Style style)
    {
        foreach (var line in lines) canvas.Write(new Text($"{title}: {Plain.Line(line, 400)}\n", style));
    }
}
