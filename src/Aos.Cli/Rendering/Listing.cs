using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aos.Cli.Rendering;

/// <summary>A cell of a <see cref="Listing"/>: text from anywhere, and how it looks.</summary>
internal readonly record struct Cell(string? Text, Style? Style = null)
{
    public static implicit operator Cell(string? text) => new(text);
}

/// <summary>A table without lines, as <c>kubectl</c> draws them. On a terminal the last column is cut where there is no
/// room; what is read by a program is never cut.</summary>
internal sealed class Listing(params string[] headers)
{
    private const int Gap = 2;
    private const int CellMax = 400;
    private const int LastMin = 12;
    private static readonly Lazy<RenderOptions> Measuring = new(() => RenderOptions.Create(
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) })));
    private readonly List<(string Text, Style Style)[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public Listing Add(params ReadOnlySpan<Cell> cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, headers.Length);
        var row = new (string, Style)[cells.Length];
        for (var i = 0; i < cells.Length; i++)
            row[i] = (Plain.Line(cells[i].Text, CellMax), cells[i].Style ?? Style.Plain);
        _rows.Add(row);
        return this;
    }

    /// <summary>Prints the headers, where there are any, and the rows.</summary>
    public void Show(Screen screen)
    {
        var widths = Widths();
        var room = screen.OutIsTerminal
            ? Math.Max(LastMin, screen.Width - widths.SkipLast(1).Sum(width => width + Gap)) : int.MaxValue;
        var text = new Paragraph { Overflow = Overflow.Fold };
        if (headers.Any(header => header.Length > 0))
            Line(text, [.. headers.Select(header => (header, Styles.Faint))], widths, room);
        foreach (var row in _rows) Line(text, row, widths, room);
        screen.Canvas.Write(text);
    }

    private int[] Widths()
    {
        var widths = headers.Select(WidthOf).ToArray();
        foreach (var row in _rows)
            for (var i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], WidthOf(row[i].Text));
        return widths;
    }

    private static void Line(Paragraph text, (string Text, Style Style)[] cells, int[] widths, int room)
    {
        for (var i = 0; i < cells.Length - 1; i++)
        {
            text.Append(cells[i].Text, cells[i].Style);
            text.Append(new string(' ', widths[i] - WidthOf(cells[i].Text) + Gap));
        }
        var (last, style) = cells[^1];
        text.Append(WidthOf(last) <= room ? last : Plain.Line(last, Math.Max(1, room)), style);
        text.Append("\n");
    }

    // East Asian characters take two columns, combining ones none: those are measured. What is below them takes one.
    private static int WidthOf(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange(' ', '\u02ff') || text is [>= '\u2000' and <= '\u2bff']
        ? text.Length
        : ((IRenderable)new Text(text)).Measure(Measuring.Value, int.MaxValue / 2).Max;
}
