using System.Text.Json;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What a replay compared, with both sides beside each other.</summary>
internal static class ReplayView
{
    public static void Show(Screen screen, ReplayReport report)
    {
        var other = report.Mode switch { "live" => "REPEATED", "dry" => "FORESEEN", _ => "REPLAYED" };
        Headline(screen, report);
        if (report.Steps.Count > 0) Steps(report, other).Show(screen);
        if (report.FirstDivergence is not { } first) return;
        var place = first.Seq is { } seq ? $"event {seq}: " : "";
        screen.Canvas.Write(new Text($"first difference: {place}{Plain.Of(first.Message)}\n", Styles.Bad));
        Sides(first, other).Show(screen);
    }

    private static void Headline(Screen screen, ReplayReport report)
    {
        var what = report.Mode == "verify" ? "event" : "field";
        var text = new Paragraph();
        if (report.Parity)
            text.Append(
                $"✓ identical: {Words.Count(report.EventsCompared, what)} of {report.RunId} compared\n", Styles.Good);
        else
            text.Append(
                $"✗ different: {report.RunId}, after {Words.Count(report.EventsCompared, $"equal {what}")}\n",
                Styles.Bad);
        if (report.RepeatedBy is { } by) text.Append($"  repeated by {by}\n");
        if (report.BehaviourDigest is { } digest)
            text.Append($"  behaviour digest {digest.Value[..23]}…\n", Styles.Faint);
        screen.Canvas.Write(text);
    }

    private static Listing Steps(ReplayReport report, string other)
    {
        var table = new Listing("", "STEP", "RECORDED", other);
        foreach (var step in report.Steps)
            table.Add(
                step.Parity ? new Cell("=", Styles.Good) : new Cell("≠", Styles.Bad), step.StepId.Value,
                Figures(step.Expected), Figures(step.Found));
        return table;
    }

    private static string Figures(StepFigures? figures)
    {
        if (figures is null) return "(not there)";
        var code = figures.Code is { } known && known.Value != "OK" ? $" {known}" : "";
        var attempts = figures.Attempts is { } count ? $", {Words.Count(count, "attempt")}" : "";
        var effects = figures.SideEffects is > 0 and var changed ? $", {Words.Count(changed, "side effect")}" : "";
        return $"{Words.Spaced(figures.Status)}{code}{attempts}, {Times.Span(figures.LatencyMs)}, {figures.Cost}{effects}";
    }

    // Of two objects only the members that differ are of interest.
    private static Listing Sides(Divergence first, string other)
    {
        var table = new Listing("FIELD", "RECORDED", other);
        if (first.Expected?.Element is { ValueKind: JsonValueKind.Object } left
            && first.Found?.Element is { ValueKind: JsonValueKind.Object } right)
        {
            foreach (var name in left.EnumerateObject().Concat(right.EnumerateObject()).Select(member => member.Name)
                .Distinct(StringComparer.Ordinal))
            {
                var (expected, found) = (Member(left, name), Member(right, name));
                if (name == "type" || expected != found) table.Add(name, expected, found);
            }
            return table;
        }
        return table.Add(first.Field ?? "event", Value(first.Expected), Value(first.Found));
    }

    private static string Member(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) ? member.GetRawText() : "(nothing)";

    private static string Value(Payload? value) => value?.ToString() ?? "(nothing)";
}
