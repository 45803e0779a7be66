using System.Globalization;
using Aos.Contracts.Statistics;

namespace Aos.Cli.Rendering;

/// <summary>How well estimates did.</summary>
internal static class CalibrationView
{
    public static void Show(Screen screen, CalibrationReport report)
    {
        if (report.Skills.IsEmpty)
        {
            screen.Out.WriteLine($"No calls came back in {Words.Count(report.RunsRead, "run")}.");
            return;
        }
        var table = new Listing("SKILL", "CALLS", "", "EXPECTED", "CAME", "ERROR", "BIAS", "WITHIN", "P95", "COVERS");
        foreach (var skill in report.Skills)
        {
            Add(table, skill.Skill.Value, $"{skill.Calls}", "time", skill.LatencyMs,
                ms => ms < 0 ? $"-{Times.Span(-ms)}" : Times.Span(ms));
            Add(table, "", "", "cost", skill.CostCents,
                cents => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(cents, 4)}¢"));
        }
        table.Show(screen);
    }

    private static void Add(
        Listing table, string skill, string calls, string what, EstimateScore score, Func<double, string> text) =>
        table.Add(skill, calls, what, text(score.Predicted), text(score.Actual), text(score.MeanError),
            score.Bias > 0 ? $"+{text(score.Bias)}" : text(score.Bias), Share(score.Within),
            score.P95 is { } p95 ? text(p95) : "-", score.P95Coverage is { } covers ? Share(covers) : "-");

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");
}
