using Aos.Contracts.Api;
using Aos.Contracts.Runs;

namespace Aos.Cli.Rendering;

/// <summary>A list of runs.</summary>
internal static class RunsView
{
    public static void Show(Screen screen, IReadOnlyList<RunSummary> rows, DateTimeOffset now)
    {
        if (rows.Count == 0)
        {
            screen.Error.WriteLine("There are no such runs. `aos demo btc` makes one.");
            return;
        }
        var table = new Listing("RUN", "STATUS", "STARTED", "TOOK", "COST", "AGENT", "GOAL");
        foreach (var row in rows)
        {
            var (_, style) = Styles.Of(row.Status);
            table.Add(row.RunId.Value, new Cell(Status(row), style), Times.Relative(row.StartedAt, now),
                row.EndedAt is { } end ? Times.Span((end - row.StartedAt).TotalMilliseconds) : "-",
                $"{row.Cost}", Plain.Line(row.AgentId, 24), row.Goal);
        }
        table.Show(screen);
        foreach (var row in rows)
            if (row is { Status: RunStatus.Quarantined, Reason: { } reason })
                screen.Error.WriteLine($"{row.RunId}: {Plain.Line(reason, 400)}");
    }

    private static string Status(RunSummary row) => row switch
    {
        { Status: RunStatus.Failed, Code: { } code } => $"failed {code}",
        { Status: RunStatus.Quarantined, Code: { } code } => $"quarantined {code}",
        { Status: RunStatus.Waiting, WaitingFor: { } wait } => $"waiting ({Words.Spaced(wait)})",
        _ => Words.Spaced(row.Status),
    };
}
