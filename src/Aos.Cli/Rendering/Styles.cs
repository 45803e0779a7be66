using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What colours mean. Everything they say is said in words or shapes as well.</summary>
internal static class Styles
{
    public static Style Good { get; } = new(Color.Green);

    public static Style Bad { get; } = new(Color.Red);

    public static Style Wait { get; } = new(Color.Yellow);

    public static Style Busy { get; } = new(Color.Blue);

    public static Style Faint { get; } = new(decoration: Decoration.Dim);

    public static Style Strong { get; } = new(decoration: Decoration.Bold);

    public static Style Of(RunEvent e) => e switch
    {
        RunEvent.AttemptReturned { Status: not OutcomeStatus.Success } or RunEvent.RunStopping => Bad,
        RunEvent.RetryScheduled or RunEvent.ApprovalRequested or RunEvent.SettlementRequested or RunEvent.WaitStarted
            or RunEvent.SlotAnswered => Wait,
        RunEvent.StepEnded { Status: OutcomeStatus.Success } => Good,
        _ => Style.Plain,
    };

    public static (string Mark, Style Style) Of(RunStatus status) => status switch
    {
        RunStatus.Completed => ("✓", Good),
        RunStatus.Failed or RunStatus.Quarantined => ("✗", Bad),
        RunStatus.Cancelled => ("■", Wait),
        RunStatus.Waiting => ("◦", Wait),
        RunStatus.Running => ("▸", Busy),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static (string Mark, Style Style) Of(StepStatus status) => status switch
    {
        StepStatus.Success => ("✓", Good),
        StepStatus.Failure => ("✗", Bad),
        StepStatus.Unknown => ("?", Wait),
        StepStatus.Partial => ("◐", Wait),
        StepStatus.Waiting => ("◦", Wait),
        StepStatus.Running => ("▸", Busy),
        StepStatus.Cancelled => ("■", Wait),
        StepStatus.Skipped or StepStatus.Pending => ("–", Faint),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
