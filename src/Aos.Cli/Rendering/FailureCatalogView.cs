using Aos.Cli.Invocation;
using Aos.Contracts.Failures;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>The failure catalog.</summary>
internal static class FailureCatalogView
{
    public static void ShowAll(Screen screen, FailureCatalog catalog, IReadOnlyList<RecoveryRecord> records)
    {
        var table = new Listing("CODE", "CATEGORY", "TRIED AGAIN", "EXIT", "MET", "RECOVERED", "CAUSE");
        foreach (var entry in catalog.Entries)
            table.Add(
                entry.Code.Value, Words.Spaced(entry.Category), RetryOf(entry), $"{ExitOf(entry)}", Met(entry, records),
                Recovered(entry, records),
                entry.Cause);
        table.Show(screen);
    }

    public static void Show(Screen screen, FailureEntry entry, IReadOnlyList<RecoveryRecord> records)
    {
        var text = new Paragraph();
        text.Append($"{entry.Code}\n", Styles.Strong);
        text.Append($"category:     {Words.Spaced(entry.Category)}\n");
        text.Append($"cause:        {Plain.Of(entry.Cause)}\n");
        text.Append($"cure:         {Plain.Of(entry.Cure)}\n");
        text.Append($"tried again:  {(entry.Retry is { } rule ? Describe(rule) : "no")}\n");
        text.Append($"exit code:    {ExitOf(entry)}\n");
        foreach (var suggestion in entry.Suggestions) text.Append($"suggestion:   {Plain.Of(suggestion)}\n");
        foreach (var record in records)
            text.Append($"met before:   {record.Skill} {Words.Count(record.Failures, "time")}; {Describe(record)}\n");
        screen.Canvas.Write(text);
    }

    private static string Met(FailureEntry entry, IReadOnlyList<RecoveryRecord> records) =>
        records.Where(record => record.Code == entry.Code).Sum(record => record.Failures) is > 0 and var met
            ? $"{met}" : "-";

    private static string Recovered(FailureEntry entry, IReadOnlyList<RecoveryRecord> records)
    {
        var mine = records.Where(record => record.Code == entry.Code).ToList();
        return mine.Sum(record => record.Tries) is > 0 and var tries
            ? $"{mine.Sum(record => record.Successes)} of {tries}" : "-";
    }

    private static string Describe(RecoveryRecord record)
    {
        var retried = record.Tries == 0
            ? "never tried again"
            : string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{record.Successes} of {record.Tries} tries recovered ({record.RateLow:P0} to {record.RateHigh:P0} "
                    + $"in 95 of 100 cases)");
        return record.Fallbacks == 0
            ? retried : $"{retried}; {record.FallbackSuccesses} of {record.Fallbacks} fallbacks succeeded";
    }

    private static int ExitOf(FailureEntry entry) => entry.ExitCode ?? ExitCodes.Failed;

    private static string RetryOf(FailureEntry entry) =>
        entry.Retry is { } rule ? $"{rule.MaxAttempts} attempts" : "no";

    private static string Describe(RetryRule rule) =>
        $"{rule.MaxAttempts} attempts in all, waits drawn from 0 to {Times.Span(rule.InitialMs)}, "
        + $"growing {rule.Factor} times up to {Times.Span(rule.MaxMs)}";
}
