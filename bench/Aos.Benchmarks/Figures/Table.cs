using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Aos.Benchmarks.Figures;

/// <summary>Prints figures: in columns for people, as JSON for machines.</summary>
internal static class Table
{
    public static void Print<T>(IReadOnlyList<T> rows, JsonTypeInfo<Results<T>> type, bool json)
    {
        var text = JsonSerializer.Serialize(new Results<T> { Rows = rows }, type);
        if (json)
        {
            Console.WriteLine(text);
            return;
        }
        using var document = JsonDocument.Parse(text);
        var cells = document.RootElement.GetProperty("rows").EnumerateArray()
            .Select(row => row.EnumerateObject().Select(member => member.Value.ToString()).ToArray()).ToList();
        string[] heads =
            [.. document.RootElement.GetProperty("rows")[0].EnumerateObject().Select(member => member.Name)];
        var widths = heads.Select((head, i) => Math.Max(head.Length, cells.Max(line => line[i].Length))).ToList();
        foreach (var line in cells.Prepend(heads))
            Console.WriteLine(
                string.Join(
                    "  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
    }
}
