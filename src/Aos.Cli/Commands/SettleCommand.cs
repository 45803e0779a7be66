using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos settle</c>.</summary>
internal sealed class SettleCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };
    private readonly Argument<string> _step =
        new("step") { Description = "The step whose outcome is unknown", HelpName = "STEP" };

    private readonly Option<string> _happened = new("--happened")
    {
        Description = "Whether the call took effect",
        HelpName = "yes|no",
        Required = true,
    };

    private readonly Option<string?> _item =
        new("--item") { Description = "Which item of a for_each step, from 0", HelpName = "N" };

    private readonly Option<string?> _result = new("--result")
    {
        Description =
            "The result of the call, where it took effect, as JSON; @FILE reads a file, - reads standard input",
        HelpName = "JSON",
    };

    private readonly Option<string?> _reason =
        new("--reason") { Description = "How you know, for the journal", HelpName = "TEXT" };
    private readonly Option<bool> _noResume =
        new("--no-resume") { Description = "Settle only; `aos resume` goes on with the run" };

    public SettleCommand() : base("settle", "Say what became of a call whose outcome is unknown")
    {
        Group = CommandGroup.Decide;
        Details = "A call that must not be repeated and whose answer was lost stops its run until somebody looks at "
            + "the other side. With `yes` the step counts as done; with `no` it may be tried again.";
        foreach (var argument in (Argument[])[_run, _step]) Add(argument);
        foreach (var option in (Option[])[_happened, _item, _result, _reason, _noResume]) Add(option);
        _happened.CompletionSources.Add("yes", "no");
        Examples = [
            ("aos settle run_0123456789 pay --happened no --reason \"not in the bank's list\"",
                "let it be tried again")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var run = Session.Parse<RunId>(session.Value(_run), "Run");
        var step = Session.Parse<StepId>(session.Value(_step), "Step");
        var happened = session.Value(_happened) switch
        {
            "yes" => true,
            "no" => false,
            var other => throw Refusal.Argument($"--happened '{other}' is neither 'yes' nor 'no'."),
        };
        var result = await Documents.ValueAsync(session.Value(_result), "--result", cancel).ConfigureAwait(false);
        if (!happened && result is not null)
            throw Refusal.Argument("--result was given, but a call that did not happen has no result.");
        var target = await session.OpenForAsync(run, cancel).ConfigureAwait(false);
        var item = Numbers.Index(session.Value(_item), "--item");
        var settled = Session.Require(await target.SettleAsync(run, new Settlement
        {
            StepId = step,
            Item = item,
            Happened = happened,
            Result = result,
            Reason = session.Value(_reason),
        }, cancel).ConfigureAwait(false));
        return await new RunFollower(session, target)
            .GoOnAsync(run, settled, resume: !session.Value(_noResume), cancel).ConfigureAwait(false);
    }
}
