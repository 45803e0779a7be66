using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Runs;

namespace Aos.Cli.Commands;

/// <summary>What approving and rejecting have in common.</summary>
internal sealed class DecisionOptions
{
    private readonly Argument<string> _id = new("id") { Description = "The request; `aos approvals` lists them", HelpName = "ID" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the journal", HelpName = "TEXT" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask on a terminal" };
    private readonly Option<bool> _noResume = new("--no-resume") { Description = "Decide only; `aos resume` goes on with the run" };

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
        var row = await session.ReadAsync(null, store => store.FindApprovalAsync(id, cancel), cancel).ConfigureAwait(false)
            ?? throw Refusal.Of(ErrorCodes.UnknownApproval,
                $"There is no approval request {id}; `aos approvals` lists the open ones.");
        var isOpen = row.StandingAt(session.Time.GetUtcNow()).Status == ApprovalStatus.Open;
        if (isOpen && session.Screen.CanAsk && !session.Value(_yes))
        {
            ApprovalView.Show(session.Screen.Error, row, edited, session.Time.GetUtcNow());
            if (!Question.Ask(session.Screen, approved ? "Allow this call?" : "Refuse this call?"))
            {
                session.Screen.Error.WriteLine("Nothing was decided.");
                return ExitCodes.Waiting;
            }
        }
        var runtime = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var decided = await runtime.DecideAsync(new ApprovalDecision
        {
            Id = id,
            Approved = approved,
            By = session.User,
            Reason = session.Value(_reason),
            Input = edited,
            // What is decided on is what was read above: a request that was made anew meanwhile is another.
            Binding = session.Value(_binding) is { } given ? Session.Parse<Digest>(given, "Binding")
                : await ApprovalView.BindingAsync(session, row, cancel).ConfigureAwait(false),
        }, cancel).ConfigureAwait(false);
        if (decided.Code == ErrorCodes.ApprovalExpired)
            decided = decided with { NextActions = new NextActions { Suggested = [await LetGoOnAsync(session, runtime, row.RunId, cancel).ConfigureAwait(false)] } };
        Session.Require(decided);
        return await new RunFollower(session, runtime)
            .GoOnAsync(row.RunId, decided, resume: !session.Value(_noResume), cancel).ConfigureAwait(false);
    }

    /// <summary>Lets a run go on whose request expired: nobody may be working on it, and so nobody noticed.</summary>
    /// <returns>What has become of it, or what to do.</returns>
    private async ValueTask<string> LetGoOnAsync(Session session, AosRuntime runtime, RunId run, CancellationToken cancel)
    {
        if (session.Value(_noResume)) return $"To let its run go on without the call: {session.Suggest($"resume {run}")}";
        var answer = (await runtime.ResumeAsync(run, cancel).ConfigureAwait(false))[0];
        return answer.Value is { } report
            ? $"Its run went on without the call and is {Words.Spaced(report.Status)} now: {session.Suggest($"trace {run}")}"
            : $"The process that works on run {run} takes notice by itself: {session.Suggest($"trace {run}")}";
    }
}
