using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Runs;

namespace Aos.Cli.Commands;

/// <summary><c>aos runs</c>.</summary>
internal sealed class RunsCommand : CliCommand
{
    private const int LimitMax = 1_000;

    private readonly Option<string[]> _status = new("--status")
    {
        Description = $"Only runs of this status: {string.Join(", ", Statuses)}; may be given several times",
        HelpName = "STATUS",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _limit = new("--limit")
    {
        Description = $"At most so many, newest first, up to {LimitMax} (default: 20)",
        HelpName = "N",
    };

    public RunsCommand() : base("runs", "List runs, newest first")
    {
        Group = CommandGroup.Look;
        Add(_status);
        Add(_limit);
        _status.CompletionSources.Add(
            _ => Statuses.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        Examples = [("aos runs --status waiting", "what waits for somebody?")];
    }

    private static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetNames<RunStatus>().Select(Words.Snake)];

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var statuses = (session.Value(_status) ?? []).Select(StatusOf).ToList();
        var limit = Numbers.Positive(session.Value(_limit), "--limit", LimitMax) ?? 20;
        var rows = Session.Require(await session.Target.ListRunsAsync(statuses, limit, cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(rows));
        else RunsView.Show(session.Screen, rows, session.Time.GetUtcNow());
        return ExitCodes.Ok;
    }

    private static RunStatus StatusOf(string text)
    {
        var at = Statuses.ToList().IndexOf(text);
        return at >= 0
            ? Enum.GetValues<RunStatus>()[at]
            : throw Refusal.Argument($"There is no status '{text}'; there are {string.Join(", ", Statuses)}.");
    }
}
