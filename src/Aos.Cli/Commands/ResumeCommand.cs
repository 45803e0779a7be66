using System.CommandLine;
using System.Globalization;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
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
            + "A server goes on with its runs by itself. Under --json: with RUN its report, without it a list of "
            + "reports.";
        Add(_run);
        Examples = [("aos resume", "go on with everything that was interrupted")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_run) is { } text)
        {
            var id = Session.Parse<RunId>(text, "Run");
            var target = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
            return await new RunFollower(session, target).ResumeAsync(id, cancel).ConfigureAwait(false);
        }
        return await ResumeAllAsync(session, cancel).ConfigureAwait(false);
    }

    private static async Task<int> ResumeAllAsync(Session session, CancellationToken cancel)
    {
        if (!session.IsRemote && !session.HasStore)
        {
            if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(Enumerable.Empty<RunReport>()));
            else session.Screen.Out.WriteLine("There is nothing to resume.");
            return ExitCodes.Ok;
        }
        var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var answers = await target.ResumeAllAsync(cancel).ConfigureAwait(false);
        var exit = await ReportsView.ShowAsync(session, target, answers, "There is nothing to resume.", cancel)
            .ConfigureAwait(false);
        var left =
            Session.Require(await target.ListRunsAsync([RunStatus.Quarantined], 1_000, cancel).ConfigureAwait(false));
        await SayWhatSleepsAsync(session, target, cancel).ConfigureAwait(false);
        if (left.Count > 0)
            session.Screen.Error.WriteLine($"{Words.Count(left.Count, "run")} left alone: quarantined. Why: "
                + session.Suggest("runs --status quarantined"));
        return exit;
    }

    // Nobody wakes them while no process works on the store.
    private static async ValueTask SayWhatSleepsAsync(Session session, ITarget target, CancellationToken cancel)
    {
        if (await target.NextSleeperAsync(cancel).ConfigureAwait(false) is var (run, at))
            session.Screen.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Run {run} goes on at {at.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}; `{session.Program} resume {run}` "
                    + $"stays until then."));
    }
}
