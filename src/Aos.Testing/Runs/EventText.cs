using Aos.Contracts.Runs;

namespace Aos.Testing.Runs;

/// <summary>Events in one short line each, which reads well in a test and in its failure.</summary>
public static class EventText
{
    /// <summary>The lines of some events.</summary>
    public static IEnumerable<string> Lines(this IEnumerable<RunEvent> events) => events.Select(Line);

    /// <summary>The line of an event: its type, what it is about, and what was decided.</summary>
    public static string Line(this RunEvent e) => e switch
    {
        RunEvent.RunSubmitted => "submitted",
        RunEvent.PlannerAnswered answered => $"planner answered {answered.Round} {answered.Code}",
        RunEvent.AttemptReturned returned =>
            $"returned {Call(returned.StepId, returned.Item)}#{returned.Attempt} {Name(returned.Status)} {returned.Code}",
        RunEvent.TimeReached => "time",
        RunEvent.ApprovalDecided decided => $"decided {(decided.Approved ? "yes" : "no")}",
        RunEvent.OutcomeSettled settled =>
            $"settled {Call(settled.StepId, settled.Item)} {(settled.Happened ? "happened" : "did not happen")}",
        RunEvent.CancelRequested => "cancel",
        RunEvent.SignalReceived signal => $"signal {signal.Name}",
        RunEvent.RunForked forked => $"forked {forked.FromSeq}",
        RunEvent.WaitStarted wait =>
            $"waits {Call(wait.StepId, wait.Item)}{(wait.Signal is { } name ? $" {name}" : "")}"
            + $"{(wait.ForMs is { } ms ? $" {ms}" : "")}{(wait.Until is null ? "" : " until")}",
        RunEvent.SignalTaken taken => $"taken {Call(taken.StepId, taken.Item)} {taken.Seq}",
        RunEvent.RunRecovered recovered => $"recovered {recovered.Epoch}",
        RunEvent.PlanRequested requested =>
            $"plan requested {requested.Round}{(requested.Repair is { } repair ? $" repair {repair}" : "")}",
        RunEvent.PlannerRetryScheduled retry => $"planner retry {retry.Round} {Name(retry.Rule)} {retry.BoundMs}",
        RunEvent.PlannerLost lost => $"planner lost {lost.Round}",
        RunEvent.PlanAborted aborted => $"plan aborted {aborted.Code} by {aborted.StepId}",
        RunEvent.PlanAccepted accepted => $"plan accepted {accepted.Round}",
        RunEvent.StepExpanded expanded => $"expanded {expanded.StepId} {expanded.Items}",
        RunEvent.ApprovalRequested requested => $"asked {Call(requested.StepId, requested.Item)} {requested.Role}",
        RunEvent.ApprovalEscalated escalated => $"escalated {Call(escalated.StepId, escalated.Item)} {escalated.Role}",
        RunEvent.PolicyTightened tightened => $"tightened {tightened.Policy.Name}@{tightened.Policy.Version}",
        RunEvent.PolicyDenied denied =>
            $"denied {Call(denied.StepId, denied.Item)} {string.Join(',', denied.Rules.Select(rule => rule.Rule))}",
        RunEvent.QuoteRequested requested => $"quote {Call(requested.StepId, requested.Item)}#{requested.Attempt}",
        RunEvent.CallQuoted quoted => $"quoted {Call(quoted.StepId, quoted.Item)}#{quoted.Attempt} {quoted.Code}"
            + string.Concat(quoted.Ways.Select(way => $" {way.Name}")),
        RunEvent.SlotRequested requested => $"slot {Call(requested.StepId, requested.Item)}",
        RunEvent.SlotAnswered answered =>
            $"slot of {Call(answered.StepId, answered.Item)} {(answered.Booked ? "booked" : "too late")}",
        RunEvent.AttemptStarted started => $"started {Call(started.StepId, started.Item)}#{started.Attempt}"
            + (started.Fallback == true ? " fallback" : "") + (started.Way is { } way ? $" by {way}" : "")
            + (started.Tainted ? " tainted" : ""),
        RunEvent.AttemptLost lost => $"lost {Call(lost.StepId, lost.Item)}#{lost.Attempt}",
        RunEvent.RetryScheduled retry =>
            $"retry {Call(retry.StepId, retry.Item)}#{retry.Attempt} {Name(retry.Rule)} {retry.BoundMs}"
            + (retry.Way is { } other ? $" by {other}" : ""),
        RunEvent.FallbackChosen fallback => $"fallback {Call(fallback.StepId, fallback.Item)} {fallback.Cause}",
        RunEvent.SettlementRequested settlement =>
            $"hold {Call(settlement.StepId, settlement.Item)} {settlement.Cause}",
        RunEvent.ItemEnded item => $"item {Call(item.StepId, item.Item)} {Name(item.Status)} {item.Code}",
        RunEvent.StepEnded step => $"step {step.StepId} {Name(step.Status)} {step.Code}",
        RunEvent.RunStopping stopping => $"stopping {stopping.Code}{(stopping.StepId is { } id ? $" by {id}" : "")}",
        RunEvent.RunEnded ended =>
            $"run {Name(ended.Status)} {ended.Code}{(ended.FailedStep is { } id ? $" by {id}" : "")}",
        _ => throw new System.Diagnostics.UnreachableException($"No line for {e.GetType().Name}."),
    };

    private static string Call(Contracts.Values.StepId step, int? item) =>
        item is null ? step.Value : $"{step}[{item}]";

    private static string Name<T>(T value) where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
