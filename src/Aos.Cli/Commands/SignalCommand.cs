using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos signal</c>.</summary>
internal sealed class SignalCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };
    private readonly Argument<string> _name = new("name") { Description = "The name of the signal", HelpName = "NAME" };

    // The folder of the store has the same name everywhere else; here it stands before the command.
    private readonly Option<string?> _data = new("--data")
    {
        Description = "What comes with it, as JSON: the result of the step that waits; @FILE reads a file, - reads "
            + "standard input",
        HelpName = "JSON",
    };

    private readonly Option<string?> _key =
        new("--key") { Description = "Your id of the signal: sent again, it counts once", HelpName = "KEY" };
    private readonly Option<bool> _noResume =
        new("--no-resume") { Description = "Send only; `aos resume` goes on with the run" };

    public SignalCommand() : base("signal", "Send a run the signal that it waits for")
    {
        Group = CommandGroup.Decide;
        Details = "A signal that comes before a step waits for it is kept. Signals of one name are taken in the "
            + "order in which they came. Name the folder of the store before the command: aos --data DIR signal "
            + "RUN NAME.";
        foreach (var argument in (Argument[])[_run, _name]) Add(argument);
        foreach (var option in (Option[])[_data, _key, _noResume]) Add(option);
        Examples = [("aos signal run_0123456789 payment --data '{\"amount\":12}'", "send it and go on with the run")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var run = Session.Parse<RunId>(session.Value(_run), "Run");
        var name = Session.Parse<SignalName>(session.Value(_name), "Signal");
        var data = await Documents.ValueAsync(session.Value(_data), "--data", cancel).ConfigureAwait(false);
        var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var sent = Session.Require(
            await target.SignalAsync(
                run, new SignalSubmission { Name = name, Data = data, Key = session.Value(_key) }, cancel)
                    .ConfigureAwait(false));
        return await new RunFollower(session, target)
            .GoOnAsync(run, sent, resume: !session.Value(_noResume), cancel).ConfigureAwait(false);
    }
}
