using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos trace</c>.</summary>
internal sealed class TraceCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };
    private readonly Option<bool> _follow =
        new("--follow", "-f") { Description = "Print events as they come, until the run ends" };
    private readonly Option<bool> _events = new("--events") { Description = "List the events instead of the picture" };

    public TraceCommand() : base("trace", "Show where a run's time and money went")
    {
        Group = CommandGroup.Look;
        Details = "Attempts, waits and backoff are drawn apart. Under --json: one event a line, with seq, at, type, "
            + "step_id, attempt and data.";
        Add(_run);
        Add(_follow);
        Add(_events);
        Examples = [("aos trace run_0123456789 --json | jq 'select(.type==\"attempt_returned\")'", "what came back")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var id = Session.Parse<RunId>(session.Value(_run), "Run");
        var target = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
        // An unknown run is refused here; a run without events would look the same as one.
        Session.Require(await target.ReportAsync(id, cancel).ConfigureAwait(false));
        await PrintAsync(session, target, id, cancel).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private async Task PrintAsync(Session session, ITarget target, RunId id, CancellationToken cancel)
    {
        var screen = session.Screen;
        var follow = session.Value(_follow);
        var lines = new List<TraceLine>();
        var events = new EventLines();
        await foreach (var line in target.TraceAsync(id, follow, cancel).ConfigureAwait(false))
        {
            lines.Add(line);
            if (screen.Json) screen.Out.WriteLine(line.ToJson());
            else if (follow || session.Value(_events)) screen.Out.WriteLine(events.Timed(line.Event));
        }
        if (screen.Json || session.Value(_events)) return;
        TraceView.Show(screen, Waterfall.Of(lines.Select(line => line.Event), session.Time.GetUtcNow()));
    }
}
