using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos approvals</c>.</summary>
internal sealed class ApprovalsCommand : CliCommand
{
    private readonly Option<bool> _all = new("--all") { Description = "Also those that were decided, expired or became void" };

    public ApprovalsCommand() : base("approvals", "List calls that wait for a person, with the exact input")
    {
        Group = CommandGroup.Decide;
        Add(_all);
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var rows = await session.ReadAsync([], store =>
            store.ListApprovalsAsync(openOnly: !session.Value(_all), cancel), cancel).ConfigureAwait(false);
        var now = session.Time.GetUtcNow();
        if (session.Screen.Json)
        {
            var bound = new List<(ApprovalRow, Digest?)>(rows.Count);
            foreach (var row in rows) bound.Add((row.StandingAt(now), await ApprovalView.BindingAsync(session, row, cancel).ConfigureAwait(false)));
            session.Screen.WriteJson(ListText.Of(bound));
        }
        else ApprovalView.ShowAll(session, rows);
        return ExitCodes.Ok;
    }
}
