using System.Globalization;

namespace Aos.Benchmarks.Figures;

/// <summary>Prints figures in columns.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<string> heads, IEnumerable<object[]> rows)
    {
        var lines = rows.Select(row => row.Select(Text).ToArray()).ToList();
        var widths = heads.Select((head, i) => Math.Max(head.Length, lines.Select(line => line[i].Length).DefaultIfEmpty(0).Max())).ToList();
        foreach (var line in lines.Prepend([.. heads]))
            Console.WriteLine(string.Join("  ", line.Select((text, i) => i < 2 ? text.PadRight(widths[i]) : text.PadLeft(widths[i]))));
    }

    private static string Text(object value) => value is IFormattable number
        ? number.ToString(value is double ? "#,0.####" : "#,0", CultureInfo.InvariantCulture)
        : value.ToString()!;
}
