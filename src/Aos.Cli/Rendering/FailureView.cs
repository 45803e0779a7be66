using Aos.Cli.Invocation;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Rendering;

/// <summary>An error: what is wrong, where, and what to do.</summary>
internal static class FailureView
{
    private const int DetailsMax = 20;

    /// <summary>Shows why a command did not do what it was asked.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(Screen screen, StructuredOutcome outcome, SourceDocument? document = null)
    {
        if (screen.Json) screen.WriteJson(outcome);
        else Explain(screen, outcome, document);
        return Math.Max(ExitCodes.Failed, ExitCodes.Of(outcome));
    }

    /// <summary>The message alone, on standard error.</summary>
    public static void Explain(Screen screen, StructuredOutcome outcome, SourceDocument? document = null)
    {
        var error = screen.Error;
        error.WriteLine($"error: {Plain.Of(outcome.Message ?? "It failed.", keepLines: true)} [{outcome.Code}]");
        var details = outcome.Failure?.Details ?? [];
        foreach (var problem in details.Take(DetailsMax)) error.WriteLine($"  {Describe(problem, document)}");
        if (details.Count > DetailsMax)
            error.WriteLine($"  … and {details.Count - DetailsMax} more; --json lists them all");
        if (outcome.Failure?.Cause is { } cause && cause != outcome.Message)
            error.WriteLine($"cause: {Plain.Of(cause, keepLines: true)}");
        foreach (var hint in Hints(outcome)) error.WriteLine($"hint: {Plain.Of(hint)}");
    }

    private static string Describe(Problem problem, SourceDocument? document)
    {
        var message = Plain.Of(problem.Message);
        var pointer = Plain.Of(problem.Pointer);
        if (document is null) return pointer.Length == 0 ? message : $"{pointer}: {message}";
        var place = document.Locate(problem.Pointer);
        return pointer.Length == 0 ? $"{place}: {message}" : $"{place} {pointer}: {message}";
    }

    private static IEnumerable<string> Hints(StructuredOutcome outcome)
    {
        var suggested = outcome.NextActions?.Suggested ?? [];
        return suggested.Count > 0 ? suggested.Take(2) : (outcome.Failure?.Suggestions ?? []).Take(2);
    }
}
