using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos reject</c>.</summary>
internal sealed class RejectCommand : CliCommand
{
    private readonly DecisionOptions _decision = new();

    public RejectCommand() : base("reject", "Refuse a call that waits, and go on with its run")
    {
        Group = CommandGroup.Decide;
        Details = "The step fails with APPROVAL_REJECTED, and its on_failure decides on the run.";
        _decision.AddTo(this);
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel) =>
        _decision.DecideAsync(session, approved: false, edited: null, cancel);
}
