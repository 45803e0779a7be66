using System.CommandLine;
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
        var reports = answers.Where(answer => answer.Value is not null).Select(answer => answer.Value!).ToList();
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(reports));
        else if (reports.Count == 0) session.Screen.Out.WriteLine("There is nothing to resume.");
        foreach (var answer in answers)
            if (answer.Value is { } report)
            {
                if (!session.Screen.Json) await RunView.ShowAsync(session, runtime, report, cancel).ConfigureAwait(false);
            }
            else FailureView.Explain(session.Screen, answer.Outcome);
        var failure = answers.FirstOrDefault(answer => answer.Value is null);
        return failure.Outcome is { } refused ? ExitCodes.OfFailure(refused.Code) : ExitCodes.Of(reports);
    }
}
