using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Invocation;

/// <summary>The exit codes of every command (DESIGN §8). What a code of the taxonomy exits with is in the failure
/// catalog, and nowhere else.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Waiting = 3;
    public const int Denied = 4;
    public const int Budget = 5;
    public const int TimedOut = 6;
    public const int Interrupted = 130;

    /// <summary>What each means, for help.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Meanings { get; } =
    [
        (Ok, "completed"),
        (Failed, "failed"),
        (Usage, "wrong usage or invalid input"),
        (Waiting, "waiting for somebody (an approval, a signal, or an unknown outcome to settle)"),
        (Denied, "denied by profile, policy or approver"),
        (Budget, "over budget"),
        (TimedOut, "timed out"),
        (Interrupted, "interrupted; `aos resume` goes on"),
    ];

    /// <summary>Of something that failed with a code: never 0.</summary>
    public static int OfFailure(ErrorCode? code) =>
        code is { } known && FailureIndex.BuiltIn.Match(known)?.ExitCode is > 0 and var exit ? exit : Failed;

    public static int Of(StructuredOutcome outcome) => outcome.Status switch
    {
        OutcomeStatus.Success or OutcomeStatus.Partial or OutcomeStatus.Skipped => Ok,
        _ => OfFailure(outcome.Code),
    };

    public static int Of(RunReport report) => report.Status switch
    {
        RunStatus.Completed => Ok,
        // Not ended: a person's turn, or another process still works on it.
        RunStatus.Waiting or RunStatus.Running => Waiting,
        RunStatus.Cancelled or RunStatus.Quarantined => Failed,
        _ => OfFailure(report.Code),
    };

    /// <summary>Of several runs: the first failure counts, then a wait, then success.</summary>
    public static int Of(IReadOnlyCollection<RunReport> reports)
    {
        var codes = reports.Select(Of).ToList();
        return codes.Find(code => code is not (Ok or Waiting)) is > 0 and var failure ? failure
            : codes.Contains(Waiting) ? Waiting : Ok;
    }

    public static int Of(Simulation simulation)
    {
        if (simulation.Feasible) return Ok;
        var exit = OfFailure(simulation.Code);
        if (exit is Denied or Budget or TimedOut) return exit;
        if (simulation.PermissionGaps.Count > 0 || simulation.PolicyDenials.Count > 0) return Denied;
        return simulation.BudgetOk ? exit : Budget;
    }

    public static int Of(ReplayReport report) => report.Parity ? Ok : Failed;
}
