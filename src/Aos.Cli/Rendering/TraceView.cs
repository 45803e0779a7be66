using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>A waterfall in the terminal: a row for each step, its stretches along one time line.</summary>
internal static class TraceView
{
    private const int RowsMax = 60;
    private const int LabelMax = 30;
    private const int TailWidth = 20;
    private const int BarMin = 16;

    public static void Show(Screen screen, Waterfall trace)
    {
        var width = Math.Min(screen.OutIsTerminal ? screen.Width : Math.Min(screen.Width, 100), 160);
        var label =
            Math.Min(LabelMax, Math.Max(12, trace.Rows.Count == 0 ? 0 : trace.Rows.Max(row => Title(row).Length) + 2));
        var layout = new Layout(label, Math.Max(BarMin, width - label - TailWidth - 2), trace.LengthMs);
        var text = new Paragraph();
        Axis(text, layout);
        foreach (var row in trace.Rows.Take(RowsMax)) Row(text, layout, row);
        if (trace.Rows.Count > RowsMax)
            text.Append($"… and {trace.Rows.Count - RowsMax} more rows; --json has them all\n", Styles.Faint);
        Legend(text, trace);
        screen.Canvas.Write(text);
    }

    private static void Axis(Paragraph text, Layout layout)
    {
        var end = Times.Span(layout.LengthMs);
        var middle = Times.Span(layout.LengthMs / 2);
        var line = $"0{middle.PadLeft(layout.Bar / 2 + middle.Length / 2 - 1)}";
        line = line.PadRight(Math.Max(line.Length + 1, layout.Bar - end.Length)) + end;
        text.Append($"{new string(' ', layout.Label)}{line}\n", Styles.Faint);
    }

    private static void Row(Paragraph text, Layout layout, WaterfallRow row)
    {
        text.Append(Plain.Line(Title(row), layout.Label - 1).PadRight(layout.Label));
        Bar(text, layout, row.Stretches);
        text.Append("  ");
        text.Append($"{Times.Span(row.ToMs - row.FromMs),-9}");
        if (row.Cost.NanoUsd > 0) text.Append($" {row.Cost}");
        else if (row.Code is { } code && code.Value != "OK")
            text.Append($" {Plain.Line(code.Value, TailWidth - 10)}", Styles.Faint);
        text.Append("\n");
        var attempts = row.Stretches.Where(stretch => stretch.Kind != Waterfalls.Silent).ToList();
        if (attempts.Count < 2) return;
        foreach (var stretch in attempts) Detail(text, layout, stretch);
    }

    private static void Detail(Paragraph text, Layout layout, Stretch stretch)
    {
        text.Append(Plain.Line($"  {stretch.Label}", layout.Label - 1).PadRight(layout.Label), Styles.Faint);
        Bar(text, layout, [stretch]);
        text.Append($"  {Times.Span(stretch.LengthMs),-9}", Styles.Faint);
        if (stretch.Code is { } code)
            text.Append($" {Plain.Line(code.Value, TailWidth - 10)}", Waterfalls.StyleOf(stretch.Kind));
        text.Append("\n");
    }

    private static void Bar(Paragraph text, Layout layout, IReadOnlyList<Stretch> stretches)
    {
        var cells = new StretchKind?[layout.Bar];
        // In the order of time, so that a short success is not painted over by the backoff before it.
        foreach (var stretch in stretches.OrderBy(stretch => stretch.FromMs))
            for (var cell = layout.Cell(stretch.FromMs); cell <= layout.LastCell(stretch); cell++)
                cells[cell] = stretch.Kind;
        for (var start = 0; start < cells.Length;)
        {
            var end = start;
            while (end < cells.Length && cells[end] == cells[start]) end++;
            if (cells[start] is { } kind)
                text.Append(new string(Waterfalls.GlyphOf(kind), end - start), Waterfalls.StyleOf(kind));
            else text.Append(new string(' ', end - start));
            start = end;
        }
    }

    private static void Legend(Paragraph text, Waterfall trace)
    {
        var kinds =
            trace.Rows.SelectMany(row => row.Stretches).Select(stretch => stretch.Kind).Distinct().Order().ToList();
        for (var i = 0; i < kinds.Count; i++)
        {
            text.Append($"{(i == 0 ? "" : "   ")}{Waterfalls.GlyphOf(kinds[i])}", Waterfalls.StyleOf(kinds[i]));
            text.Append($" {Waterfalls.NameOf(kinds[i])}", Styles.Faint);
        }
        if (kinds.Count > 0) text.Append("\n");
    }

    private static string Title(WaterfallRow row) =>
        row.Skill.Length == 0 ? row.Name : $"{row.Name}  {row.Skill.Split('@')[0]}";

    private sealed record Layout(int Label, int Bar, double LengthMs)
    {
        public int Cell(double ms) => LengthMs <= 0 ? 0 : Math.Clamp((int)(ms / LengthMs * Bar), 0, Bar - 1);

        // At least one cell, and none that belongs to what comes after.
        public int LastCell(Stretch stretch) => LengthMs <= 0 ? 0
            : Math.Clamp((int)Math.Ceiling(stretch.ToMs / LengthMs * Bar) - 1, Cell(stretch.FromMs), Bar - 1);
    }
}

/// <summary>How each kind of stretch looks: told apart by shape, not by colour alone.</summary>
internal static class Waterfalls
{
    /// <summary>The kind that needs no row of its own.</summary>
    public const StretchKind Silent = StretchKind.Planning;

    public static char GlyphOf(StretchKind kind) => kind switch
    {
        StretchKind.Planning => '▪',
        StretchKind.Success => '█',
        StretchKind.Failure => '▓',
        StretchKind.Open => '▒',
        StretchKind.Backoff => '┄',
        StretchKind.Person => '░',
        StretchKind.Wait => '·',
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string NameOf(StretchKind kind) => kind switch
    {
        StretchKind.Planning => "planning",
        StretchKind.Success => "attempt",
        StretchKind.Failure => "failed attempt",
        StretchKind.Open => "in flight or unknown",
        StretchKind.Backoff => "backoff",
        StretchKind.Person => "waiting for a person",
        StretchKind.Wait => "waiting as planned",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Style StyleOf(StretchKind kind) => kind switch
    {
        StretchKind.Success => Styles.Good,
        StretchKind.Failure => Styles.Bad,
        StretchKind.Open or StretchKind.Person => Styles.Wait,
        StretchKind.Planning => Styles.Busy,
        _ => Styles.Faint,
    };
}
