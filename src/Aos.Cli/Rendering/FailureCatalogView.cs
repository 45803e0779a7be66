using Aos.Cli.Invocation;
using Aos.Contracts.Failures;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>The failure catalog.</summary>
internal static class FailureCatalogView
{
    public static void ShowAll(Screen screen, FailureCatalog catalog)
    {
        var table = new Listing("CODE", "CATEGORY", "TRIED AGAIN", "EXIT", "CAUSE");
        foreach (var entry in catalog.Entries)
            table.Add(entry.Code.Value, Words.Spaced(entry.Category), RetryOf(entry), $"{ExitOf(entry)}", entry.Cause);
        table.Show(screen);
    }

    public static void Show(Screen screen, FailureEntry entry)
    {
        var text = new Paragraph();
        text.Append($"{entry.Code}\n", Styles.Strong);
        text.Append($"category:     {Words.Spaced(entry.Category)}\n");
        text.Append($"cause:        {Plain.Of(entry.Cause)}\n");
        text.Append($"cure:         {Plain.Of(entry.Cure)}\n");
        text.Append($"tried again:  {(entry.Retry is { } rule ? Describe(rule) : "no")}\n");
        text.Append($"exit code:    {ExitOf(entry)}\n");
        foreach (var suggestion in entry.Suggestions) text.Append($"suggestion:   {Plain.Of(suggestion)}\n");
        screen.Canvas.Write(text);
    }

    private static int ExitOf(FailureEntry entry) => entry.ExitCode ?? ExitCodes.Failed;

    private static string RetryOf(FailureEntry entry) => entry.Retry is { } rule ? $"{rule.MaxAttempts} attempts" : "no";

    private static string Describe(RetryRule rule) => $"{rule.MaxAttempts} attempts in all, waits drawn from 0 to {Times.Span(rule.InitialMs)}, "
        + $"growing {rule.Factor} times up to {Times.Span(rule.MaxMs)}";
}
