using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>Tables without lines, as <c>kubectl</c> draws them.</summary>
internal static class Tables
{
    /// <summary>An empty table whose cells are cut where the terminal has no room.</summary>
    public static Table Of(params string[] columns)
    {
        var table = new Table().NoBorder();
        for (var i = 0; i < columns.Length; i++)
            table.AddColumn(new TableColumn(new Text(columns[i], Styles.Faint)).NoWrap()
                .PadLeft(0).PadRight(i == columns.Length - 1 ? 0 : 2));
        return table;
    }

    /// <summary>A cell: harmless text that is cut with an ellipsis where there is no room.</summary>
    public static Text Cell(string? text, Style? style = null, int max = 400) =>
        new(Plain.Line(text, max), style ?? Style.Plain) { Overflow = Overflow.Ellipsis };
}
