using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>An outcome for people: the result on standard output, how it went on standard error.</summary>
internal static class OutcomeView
{
    public static void Show(Screen screen, StructuredOutcome outcome)
    {
        if (outcome.Status != OutcomeStatus.Success)
            FailureView.Explain(screen, outcome);
        else JsonView.Show(screen, outcome.Result ?? Payload.Null);
        if (outcome.Execution is { } took)
            screen.Notes.Write(new Text($"{took.Skill}@{took.SkillVersion}: {Words.Spaced(outcome.Status)} in "
                + $"{Times.Span(took.LatencyMs)}, {Words.Count(took.Retries + 1, "attempt")}, {took.Cost}, "
                + $"run {outcome.RunId}\n", Styles.Faint));
    }
}
