using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>A list of runs.</summary>
internal static class RunsView
{
    public static void Show(Screen screen, IReadOnlyList<RunRow> rows, DateTimeOffset now)
    {
        if (rows.Count == 0)
        {
            screen.Error.WriteLine("There are no such runs. `aos demo btc` makes one.");
            return;
        }
        var table = Tables.Of("RUN", "STATUS", "STARTED", "TOOK", "COST", "AGENT", "GOAL");
        foreach (var row in rows)
        {
            var (_, style) = Styles.Of(row.Status);
            table.AddRow(Tables.Cell(row.RunId.Value), Tables.Cell(Status(row), style),
                Tables.Cell(Times.Relative(row.StartedAt, now)),
                Tables.Cell(row.EndedAt is { } end ? Times.Span((end - row.StartedAt).TotalMilliseconds) : "-"),
                Tables.Cell($"{row.Cost}"), Tables.Cell(row.AgentId, max: 24), Tables.Cell(row.Goal, max: 80));
        }
        screen.Canvas.Write(table);
    }

    private static string Status(RunRow row) => row switch
    {
        { Status: RunStatus.Failed, Code: { } code } => $"failed {code}",
        { Status: RunStatus.Waiting, WaitingFor: { } wait } => $"waiting ({Words.Spaced(wait)})",
        _ => Words.Spaced(row.Status),
    };
}
