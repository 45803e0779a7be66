using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos approvals</c>.</summary>
internal sealed class ApprovalsCommand : CliCommand
{
    private readonly Option<bool> _all =
        new("--all") { Description = "Also those that were decided, expired or became void" };

    public ApprovalsCommand() : base("approvals", "List calls that wait for a person, with the exact input")
    {
        Group = CommandGroup.Decide;
        Add(_all);
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var all = session.Value(_all);
        var requests = Session.Require(await session.Target.ApprovalsAsync(all, cancel).ConfigureAwait(false)).Items;
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(requests));
        else ApprovalView.ShowAll(session, requests, areOpen: !all);
        return ExitCodes.Ok;
    }
}
