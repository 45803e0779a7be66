using Aos.Contracts.Runs;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What a replay compared.</summary>
internal static class ReplayView
{
    public static void Show(Screen screen, ReplayReport report)
    {
        var text = new Paragraph();
        if (report.Parity)
            text.Append($"✓ identical: {Words.Count(report.EventsCompared, "event")} of {report.RunId} replayed\n", Styles.Good);
        else
            text.Append($"✗ different: {report.RunId}, after {Words.Count(report.EventsCompared, "equal event")}\n", Styles.Bad);
        if (report.BehaviourDigest is { } digest) text.Append($"  behaviour digest {digest.Value[..23]}…\n", Styles.Faint);
        if (report.FirstDivergence is { } first)
        {
            text.Append($"  event {first.Seq}: {Plain.Of(first.Message)}\n");
            text.Append($"  recorded: {Plain.Of(first.Expected?.ToString() ?? "(nothing)")}\n");
            text.Append($"  replayed: {Plain.Of(first.Found?.ToString() ?? "(nothing)")}\n");
        }
        screen.Canvas.Write(text);
    }
}
