using Aos.Cli.Invocation;
using Aos.Contracts.Failures;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>The failure catalog.</summary>
internal static class FailureCatalogView
{
    public static void ShowAll(Screen screen, FailureCatalog catalog)
    {
        var table = Tables.Of("CODE", "CATEGORY", "TRIED AGAIN", "EXIT", "CAUSE");
        foreach (var entry in catalog.Entries)
            table.AddRow(Tables.Cell(entry.Code.Value), Tables.Cell(Words.Spaced(entry.Category)), Tables.Cell(RetryOf(entry)),
                Tables.Cell($"{ExitOf(entry)}"), Tables.Cell(entry.Cause));
        screen.Canvas.Write(table);
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
