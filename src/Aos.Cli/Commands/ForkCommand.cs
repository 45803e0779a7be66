using System.CommandLine;
using System.Globalization;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos fork</c>.</summary>
internal sealed class ForkCommand : CliCommand
{
    private readonly Argument<string> _run =
        new("run") { Description = "The run; it stays as it is", HelpName = "RUN" };

    private readonly Option<string> _from = new("--from")
    {
        Description = "Where to go another way: a step (before it begins) or the number of an event (after it)",
        HelpName = "STEP|SEQ",
        Required = true,
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "What is to be otherwise: input.NAME=JSON, input.LIST[0].NAME=JSON or "
            + "steps.ID.input.NAME=JSON; may be given again",
        HelpName = "PATH=JSON",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _reason =
        new("--reason") { Description = "Why, for the journal", HelpName = "TEXT" };

    public ForkCommand() : base("fork", "Go another way from a point of a run, as a new run")
    {
        Group = CommandGroup.Run;
        Details = "The new run has the events of the other up to there, and calls nothing again that they answer. A "
            + "call that was in flight there is made again only where that does no harm.";
        Add(_run);
        foreach (var option in (Option[])[_from, _set, _reason]) Add(option);
        Examples =
        [
            ("aos fork run_0123456789 --from tell", "try the step `tell` and all after it again"),
            ("aos fork run_0123456789 --from 12 --set 'steps.tell.input.url=\"https://example.com/other\"'",
                "with another input"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var from = session.Value(_from);
        var run = Session.Parse<RunId>(session.Value(_run), "Run");
        var request = new ForkSubmission
        {
            Seq = long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : null,
            StepId = from is [>= '0' and <= '9', ..] ? null : Session.Parse<StepId>(from, "Step"),
            Edits = await EditsAsync(session.Value(_set) ?? [], cancel).ConfigureAwait(false),
            Reason = session.Value(_reason),
        };
        var target = await session.OpenAsync(null, cancel, begins: true).ConfigureAwait(false);
        var forked = Session.Require(await target.ForkAsync(run, request, cancel).ConfigureAwait(false));
        session.Screen.Error.WriteLine(
            $"aos: run {forked.RunId} is a fork of {run}, from event {forked.ForkedFrom?.Seq} on");
        return await new RunFollower(session, target)
            .WaitAsync(forked.RunId, () => target.WaitAsync(forked.RunId, cancel), cancel).ConfigureAwait(false);
    }

    private static async Task<ValueList<Edit>> EditsAsync(string[] given, CancellationToken cancel)
    {
        var edits = new List<Edit>();
        foreach (var text in given)
        {
            var sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0) throw Refusal.Argument($"--set '{text}' is not PATH=JSON, such as input.order=17.");
            var value =
                await Documents.ValueAsync(text[(sign + 1)..], $"--set {text[..sign]}", cancel).ConfigureAwait(false);
            edits.Add(new Edit { Path = text[..sign], Value = value! });
        }
        return [.. edits];
    }
}
