using Aos.Contracts.Budgets;
using Aos.Contracts.Values;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What may be spent, and who spent it.</summary>
internal static class BudgetView
{
    private const int BarWidth = 20;

    public static void Show(Screen screen, BudgetReport report, DateTimeOffset now)
    {
        var accounts =
            new Listing("", "", "LIMIT", "HELD", "SPENT", "FREE", screen.OutIsTerminal ? "" : "USED", "ENDS");
        foreach (var account in report.Accounts)
            accounts.Add($"{Words.Spaced(account.Scope)} {Plain.Line(account.Name, 24)}",
                account.Period == LedgerPeriod.Day ? "today" : "this month",
                account.Limit is { } limit ? $"{limit}" : "none", $"{account.Held}", $"{account.Spent}",
                account.Free is { } free ? $"{free}" : "-", Used(screen, account),
                $"in {Times.Span((account.EndsAt - now).TotalMilliseconds)} ({report.TimeZone})");
        accounts.Show(screen);
        if (!report.Rates.IsEmpty) Show(screen, report.Rates, now);
        foreach (var kind in report.Spenders.Select(spender => spender.Kind).Distinct(StringComparer.Ordinal))
            Show(screen, kind, [.. report.Spenders.Where(spender => spender.Kind == kind)]);
    }

    private static void Show(Screen screen, ValueList<RateReport> rates, DateTimeOffset now)
    {
        screen.Canvas.WriteLine();
        var table = new Listing("RATE", "SKILL", "CALLS", "MADE", "WAITING", "NEXT");
        foreach (var rate in rates)
            table.Add($"{Words.Spaced(rate.Scope)} {Plain.Line(rate.Name, 24)}", rate.Skill?.Value ?? "any",
                $"{rate.Calls} in {Times.Span(rate.PerSeconds * 1_000d)}", $"{rate.Used}", $"{rate.Waiting}",
                rate.FreeAt <= now ? "now" : $"in {Times.Span((rate.FreeAt - now).TotalMilliseconds)}");
        table.Show(screen);
    }

    private static void Show(Screen screen, string kind, IReadOnlyList<SpenderReport> spenders)
    {
        screen.Canvas.WriteLine();
        var table = new Listing(kind.ToUpperInvariant(), "TODAY", "THIS MONTH", "HELD");
        foreach (var spender in spenders)
            table.Add(Plain.Line(spender.Name, 48), $"{spender.Today}", $"{spender.Month}", $"{spender.Held}");
        table.Show(screen);
    }

    // Spent is full, held is half: what is left of the bar is free.
    private static Cell Used(Screen screen, AccountReport account)
    {
        if (account.Limit is not { } limit) return new Cell(screen.OutIsTerminal ? new string(' ', BarWidth) : "-");
        var used = Share(account.Spent + account.Held, limit);
        var style = used >= 1 ? Styles.Bad : used >= 0.8m ? Styles.Wait : Styles.Good;
        if (!screen.OutIsTerminal)
            return new Cell(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{used * 100:0} %"));
        var spent = (int)Math.Round(Share(account.Spent, limit) * BarWidth);
        var held = Math.Max(0, (int)Math.Round(used * BarWidth) - spent);
        return new Cell(
            new string('█', spent) + new string('▒', held) + new string('·', BarWidth - spent - held), style);
    }

    private static decimal Share(Money part, Money whole) =>
        whole == Money.Zero ? 1 : Math.Clamp(part.Cents / whole.Cents, 0, 1);
}
