using Aos.Cli.Invocation;
using Aos.Cli.Targets;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;

namespace Aos.Cli.Rendering;

/// <summary>What came of several runs.</summary>
internal static class ReportsView
{
    /// <summary>Shows each report, and each reason why there is none.</summary>
    /// <param name="session">The call.</param>
    /// <param name="target">What they are runs of.</param>
    /// <param name="answers">What came of each run.</param>
    /// <param name="nothing">What to say where there are none.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ShowAsync(Session session, ITarget target, IReadOnlyList<Answer<RunReport>> answers,
        string nothing, CancellationToken cancel)
    {
        var reports = answers.Where(answer => answer.Value is not null).Select(answer => answer.Value!).ToList();
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(reports));
        else if (answers.Count == 0) session.Screen.Out.WriteLine(nothing);
        foreach (var answer in answers)
            if (answer.Value is { } report)
            {
                if (!session.Screen.Json)
                    await RunView.ShowAsync(session, target, report, cancel).ConfigureAwait(false);
            }
            else FailureView.Explain(session.Screen, answer.Outcome);
        var failure = answers.FirstOrDefault(answer => answer.Value is null);
        return failure.Outcome is { } refused ? ExitCodes.OfFailure(refused.Code) : ExitCodes.Of(reports);
    }
}
