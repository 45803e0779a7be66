using System.CommandLine;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos approve</c>.</summary>
internal sealed class ApproveCommand : CliCommand
{
    private readonly DecisionOptions _decision = new();

    private readonly Option<string?> _input = new("--input")
    {
        Description =
            "Input to call with instead of the one shown, a JSON object; @FILE reads a file, - reads standard input",
        HelpName = "JSON",
    };

    public ApproveCommand() : base("approve", "Allow a call that waits, and go on with its run")
    {
        Group = CommandGroup.Decide;
        Details = "The decision holds for the exact input shown, once.";
        _decision.AddTo(this);
        Add(_input);
        Examples = [("aos approve apr_0123456789abcdef --reason \"checked with finance\"", "allow it and go on")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var edited = await Documents.InputAsync(session.Value(_input), "--input", cancel).ConfigureAwait(false);
        return await _decision.DecideAsync(session, approved: true, edited, cancel).ConfigureAwait(false);
    }
}
