using System.Text.RegularExpressions;
using Aos.Cli.Invocation;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Rendering;

/// <summary>An error: what is wrong, where, and what to do.</summary>
internal static partial class FailureView
{
    private const int DetailsMax = 20;

    /// <summary>Shows why a command did not do what it was asked.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(Screen screen, StructuredOutcome outcome, SourceDocument? document = null)
    {
        if (screen.Json) screen.WriteJson(document?.Place(outcome) ?? outcome);
        else Explain(screen, outcome, document);
        return Math.Max(ExitCodes.Failed, ExitCodes.Of(outcome));
    }

    /// <summary>The message alone, on standard error.</summary>
    public static void Explain(Screen screen, StructuredOutcome outcome, SourceDocument? document = null)
    {
        var error = screen.Error;
        error.WriteLine($"error: {Plain.Of(outcome.Message ?? "It failed.", keepLines: true)} [{outcome.Code}]");
        var details = outcome.Failure?.Details ?? [];
        // A single detail that the message repeats is told once.
        foreach (var line in details.Take(DetailsMax).Select(problem => Describe(problem, document)))
            if (details.Count > 1 || line != Plain.Of(outcome.Message ?? "")) error.WriteLine($"  {line}");
        if (details.Count > DetailsMax)
            error.WriteLine($"  … and {details.Count - DetailsMax} more; --json lists them all");
        if (outcome.Failure?.Cause is { } cause && cause != outcome.Message)
            error.WriteLine($"cause: {Plain.Of(FirstLine(cause))}");
        foreach (var hint in Hints(outcome)) error.WriteLine($"hint: {Plain.Of(hint)}");
    }

    /// <summary>A problem on one line, by its place in a document where that is known.</summary>
    public static string Describe(Problem problem, SourceDocument? document)
    {
        var pointer = Plain.Of(problem.Pointer);
        if (document is not null && SyntaxPlace().Match(problem.Message) is { Success: true } syntax)
            return $"{document.Name}:{syntax.Groups["line"].Value}:{syntax.Groups["column"].Value}: {Plain.Of(syntax.Groups["message"].Value)}";
        var message = Plain.Of(problem.Message);
        if (document is null) return pointer.Length == 0 ? message : $"{pointer}: {message}";
        var place = document.Locate(problem.Pointer);
        return pointer.Length == 0 ? $"{place}: {message}" : $"{place} {pointer}: {message}";
    }

    // A defect's cause is a whole stack trace, which belongs into the outcome and not before people.
    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();

    // How the readers of JSON and YAML name a place that has no pointer.
    [GeneratedRegex(
        @"^Line (?<line>\d+), column (?<column>\d+): (?<message>(?s:.*))$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SyntaxPlace();

    private static IEnumerable<string> Hints(StructuredOutcome outcome)
    {
        // The message names the argument and what is right; the catalog can only repeat that.
        if (outcome.Code == ErrorCodes.InvalidArgument) return [];
        var suggested = outcome.NextActions?.Suggested ?? [];
        return suggested.Count > 0 ? suggested.Take(2) : (outcome.Failure?.Suggestions ?? []).Take(2);
    }
}
