using System.CommandLine;
using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos resume</c>.</summary>
internal sealed class ResumeCommand : CliCommand
{
    private readonly Argument<string?> _run = new("run")
    {
        Description = "The run (default: every open run that no process works on)",
        HelpName = "RUN",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ResumeCommand() : base("resume", "Go on with runs whose process is gone")
    {
        Group = CommandGroup.Run;
        Details = "A call whose answer was lost is made again only where its skill says that this does no harm. "
            + "A quarantined run is left alone; `aos release` lets it go on. "
            + "Under --json: with RUN its report, without it a list of reports.";
        Add(_run);
        Examples = [("aos resume", "go on with everything that was interrupted")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_run) is { } text)
        {
            var id = Session.Parse<RunId>(text, "Run");
            var runtime = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
            return await new RunFollower(session, runtime).ResumeAsync(id, cancel).ConfigureAwait(false);
        }
        return await ResumeAllAsync(session, cancel).ConfigureAwait(false);
    }

    private static async Task<int> ResumeAllAsync(Session session, CancellationToken cancel)
    {
        if (!session.HasStore)
        {
            if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(Enumerable.Empty<RunReport>()));
            else session.Screen.Out.WriteLine("There is nothing to resume.");
            return ExitCodes.Ok;
        }
        var runtime = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var answers = await runtime.ResumeAsync(null, cancel).ConfigureAwait(false);
        var exit = await ReportsView.ShowAsync(session, runtime, answers, "There is nothing to resume.", cancel).ConfigureAwait(false);
        var filter = new RunFilter { Statuses = [RunStatus.Quarantined], Limit = 1_000 };
        var left = await session.ReadAsync(store => store.ListRunsAsync(filter, cancel), cancel).ConfigureAwait(false);
        await SayWhatSleepsAsync(session, cancel).ConfigureAwait(false);
        if (left.Count > 0)
            session.Screen.Error.WriteLine($"{Words.Count(left.Count, "run")} left alone: quarantined. Why: "
                + session.Suggest("runs --status quarantined"));
        return exit;
    }

    // Nobody wakes them while no process works on the store.
    private static async ValueTask SayWhatSleepsAsync(Session session, CancellationToken cancel)
    {
        var filter = new RunFilter { Statuses = [RunStatus.Waiting], Limit = 1_000 };
        var waiting = await session.ReadAsync(store => store.ListRunsAsync(filter, cancel), cancel).ConfigureAwait(false);
        var next = waiting.Where(row => row.WaitingFor != WaitReason.Approval && row.WakeAt is not null).MinBy(row => row.WakeAt);
        if (next is not null)
            session.Screen.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Run {next.RunId} goes on at {next.WakeAt!.Value.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}; `{session.Program} resume {next.RunId}` stays until then."));
    }
}
