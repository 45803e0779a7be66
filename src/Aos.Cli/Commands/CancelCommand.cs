using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos cancel</c>.</summary>
internal sealed class CancelCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };
    private readonly Option<string?> _reason =
        new("--reason") { Description = "Why, for the journal", HelpName = "TEXT" };

    public CancelCommand() : base("cancel", "Stop a run, also one that another process works on")
    {
        Group = CommandGroup.Run;
        Details = "Nothing new starts; what is in flight gets a grace period; the run is cancelled when every "
            + "attempt has an outcome.";
        Add(_run);
        Add(_reason);
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var id = Session.Parse<RunId>(session.Value(_run), "Run");
        var target = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
        Session.Require(
            await target.CancelAsync(id, new Cancellation { Reason = session.Value(_reason) }, cancel)
                .ConfigureAwait(false));
        // Where the run had no owner it was taken on here; where it has one, that one stops it.
        var report = Session.Require(await target.WaitAsync(id, cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(report);
        else session.Screen.Out.WriteLine(report.Status == RunStatus.Cancelled
            ? $"Run {id} is cancelled."
            : $"Run {id} was asked to stop; its process does so within its grace period.");
        return ExitCodes.Ok;
    }
}
