using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary>What approving and rejecting have in common.</summary>
internal sealed class DecisionOptions
{
    private readonly Argument<string> _id =
        new("id") { Description = "The request; `aos approvals` lists them", HelpName = "ID" };
    private readonly Option<string?> _reason =
        new("--reason") { Description = "Why, for the journal", HelpName = "TEXT" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask on a terminal" };
    private readonly Option<bool> _noResume =
        new("--no-resume") { Description = "Decide only; `aos resume` goes on with the run" };

    private readonly Option<string?> _binding = new("--binding")
    {
        Description = "Decide only where the request still has this binding, as `aos approvals` shows it",
        HelpName = "DIGEST",
    };

    public void AddTo(Command command)
    {
        command.Add(_id);
        command.Add(_reason);
        command.Add(_yes);
        command.Add(_noResume);
        command.Add(_binding);
    }

    public async Task<int> DecideAsync(Session session, bool approved, Payload? edited, CancellationToken cancel)
    {
        var id = Session.Parse<ApprovalId>(session.Value(_id), "Approval");
        var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
        var request = Session.Require(await target.FindApprovalAsync(id, cancel).ConfigureAwait(false));
        var isOpen = request.Status == ApprovalView.Open;
        if (isOpen && session.Screen.CanAsk && !session.Value(_yes))
        {
            ApprovalView.Show(session.Screen.Error, request, edited, session.Time.GetUtcNow());
            if (!Question.Ask(session.Screen, approved ? "Allow this call?" : "Refuse this call?"))
            {
                session.Screen.Error.WriteLine("Nothing was decided.");
                return ExitCodes.Waiting;
            }
        }
        var decision = new Decision
        {
            Reason = session.Value(_reason),
            Input = edited,
            // What is decided on is what was read above: a request that was made anew meanwhile is another.
            Binding = session.Value(_binding) is { } given ? Session.Parse<Digest>(given, "Binding") : request.Binding,
        };
        var decided = await target.DecideAsync(id, approved, decision, cancel).ConfigureAwait(false);
        // It is over, or somebody else's decision is to be taken first: either way the run has yet to hear of it.
        if (decided.Code == ErrorCodes.ApprovalExpired || (isOpen && decided.Code == ErrorCodes.ApprovalNotOpen))
        {
            var next = await LetGoOnAsync(session, target, request.RunId, cancel).ConfigureAwait(false);
            decided = decided with { NextActions = new NextActions { Suggested = [next] } };
            // Of several people who must approve, the other was only the first.
            if (!session.Value(_noResume)
                && (await target.FindApprovalAsync(id, cancel).ConfigureAwait(false)).Value
                    is { Status: ApprovalView.Open })
                decided = await target.DecideAsync(id, approved, decision, cancel).ConfigureAwait(false);
        }
        Session.Require(decided);
        return await new RunFollower(session, target)
            .GoOnAsync(request.RunId, decided, resume: !session.Value(_noResume), cancel).ConfigureAwait(false);
    }

    /// <summary>Lets a run go on whose request expired or was decided: nobody may be working on it, and so nobody
    /// noticed.</summary>
    /// <returns>What has become of it, or what to do.</returns>
    private async ValueTask<string> LetGoOnAsync(Session session, ITarget target, RunId run, CancellationToken cancel)
    {
        if (session.Value(_noResume)) return $"To let its run take notice: {session.Suggest($"resume {run}")}";
        var answer = await target.ResumeAsync(run, cancel).ConfigureAwait(false);
        return answer.Value is { } report
            ? $"Its run took notice and is {Words.Spaced(report.Status)} now: {session.Suggest($"trace {run}")}"
            : $"The process that works on run {run} takes notice by itself: {session.Suggest($"trace {run}")}";
    }
}
