using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos replay</c>.</summary>
internal sealed class ReplayCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "verify: feed the recorded facts to today's kernel and compare every decision (default)",
        HelpName = "MODE",
        DefaultValueFactory = _ => "verify",
    };

    public ReplayCommand() : base("replay", "Replay a run and compare it, event by event")
    {
        Group = CommandGroup.Look;
        Details = "Touches nothing outside. Exit code 0 at parity, 1 where an event differs.";
        Add(_run);
        Add(_mode);
        _mode.CompletionSources.Add("verify");
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var id = Session.Parse<RunId>(session.Value(_run), "Run");
        var runtime = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
        var report = Session.Require(
            await runtime.ReplayAsync(id, session.Value(_mode) ?? "verify", cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(report);
        else ReplayView.Show(session.Screen, report);
        return ExitCodes.Of(report);
    }
}
