using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary>What approving and rejecting have in common.</summary>
internal sealed class DecisionOptions
{
    private readonly Argument<string> _id = new("id") { Description = "The request; `aos approvals` lists them", HelpName = "ID" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the journal", HelpName = "TEXT" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask on a terminal" };
    private readonly Option<bool> _noResume = new("--no-resume") { Description = "Decide only; `aos resume` goes on with the run" };

    public void AddTo(Command command)
    {
        command.Add(_id);
        command.Add(_reason);
        command.Add(_yes);
        command.Add(_noResume);
    }

    public async Task<int> DecideAsync(Session session, bool approved, Payload? edited, CancellationToken cancel)
    {
        var id = Session.Parse<ApprovalId>(session.Value(_id), "Approval");
        var runtime = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var row = await session.ReadAsync(store => store.FindApprovalAsync(id, cancel), cancel).ConfigureAwait(false)
            ?? throw Refusal.Of(ErrorCodes.UnknownApproval,
                $"There is no approval request {id}; `aos approvals` lists the open ones.");
        if (session.Screen.CanAsk && !session.Value(_yes))
        {
            ApprovalView.Show(session.Screen.Error, row, edited, session.Time.GetUtcNow());
            if (!Question.Ask(session.Screen, approved ? "Allow this call?" : "Refuse this call?"))
            {
                session.Screen.Error.WriteLine("Nothing was decided.");
                return ExitCodes.Waiting;
            }
        }
        var decided = Session.Require(await runtime
            .DecideAsync(id, approved, session.User, session.Value(_reason), edited, cancel).ConfigureAwait(false));
        return await new RunFollower(session, runtime)
            .GoOnAsync(row.RunId, decided, resume: !session.Value(_noResume), cancel).ConfigureAwait(false);
    }
}
