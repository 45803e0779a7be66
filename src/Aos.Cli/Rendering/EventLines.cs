using System.Globalization;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;

namespace Aos.Cli.Rendering;

/// <summary>Events of one run as lines for people. Fed in order; not thread-safe.</summary>
internal sealed class EventLines
{
    private const int MessageMax = 160;
    private DateTimeOffset? _start;
    private DateTimeOffset _last;

    /// <summary>The line with the time since the run was submitted before it.</summary>
    public string Timed(RunEvent e)
    {
        // Between the two runs of a fork nothing happened: its time goes on where the other's was cut.
        if (e is RunEvent.RunForked && _start is { } start) _start = start + (e.At - _last);
        _last = e.At;
        _start ??= e.At;
        var seconds = (e.At - _start.Value).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds,7:0.000} s  {Describe(e)}");
    }

    /// <summary>The line, broken between words for a terminal of so many columns.</summary>
    public string Timed(RunEvent e, int width)
    {
        var line = Timed(e);
        var words = line.IndexOf(" s  ", StringComparison.Ordinal) + 4;
        return Wrap.Hanging(line[..words], line[words..], width);
    }

    /// <summary>Whether somebody who watches a run wants to know at once.</summary>
    public static bool IsNews(RunEvent e) =>
        e is not (RunEvent.RunSubmitted or RunEvent.PlanAccepted or RunEvent.TimeReached
        or RunEvent.RunEnded or RunEvent.SlotRequested or RunEvent.PlanRequested or RunEvent.QuoteRequested
        or RunEvent.CallQuoted { Code.Value: "OK" } or RunEvent.AttemptReturned { Status: OutcomeStatus.Success }
        or RunEvent.StepEnded { Status: OutcomeStatus.Failure } or RunEvent.ItemEnded);

    /// <summary>What happened.</summary>
    public static string Describe(RunEvent e) => e switch
    {
        RunEvent.RunSubmitted run => $"run {run.RunId} submitted{(run.Goal is null ? "" : $": {Short(run.Goal)}")}",
        RunEvent.PlanRequested asked =>
            $"planner asked (round {asked.Round}{(asked.Repair is { } repair ? $", repair {repair}" : "")})",
        RunEvent.PlannerAnswered { Plan: null, Code.Value: "OK" } => "planner: nothing is left to do",
        RunEvent.PlannerRetryScheduled retry => $"planner is asked again in {Times.Span(retry.DelayMs)}",
        RunEvent.PlannerLost lost =>
            $"planner's answer of round {lost.Round} got lost; what was held for it counts as spent",
        RunEvent.PlanAborted aborted => $"plan given up{Because(aborted.Message)}; the planner is asked again",
        RunEvent.PlannerAnswered { Plan: null } none => $"no plan: {none.Code}{Because(none.Message)}",
        RunEvent.PlannerAnswered plan => $"planned in {Times.Span(plan.LatencyMs)}",
        RunEvent.PlanAccepted => "plan accepted",
        RunEvent.StepExpanded list =>
            $"{list.StepId}: one call for each of {Words.Count(list.Items.Element.GetArrayLength(), "item")}",
        RunEvent.ApprovalRequested ask =>
            $"{Call(ask.StepId, ask.Item)}: waits for {ask.Role} to approve {ask.ApprovalId}{Because(ask.Reason)}",
        RunEvent.ApprovalDecided decided =>
            $"{decided.ApprovalId} {(decided.Approved ? "approved" : "rejected")} by {Short(decided.By)}"
            + $"{(decided.Input is null ? "" : ", input edited")}{Because(decided.Reason)}",
        RunEvent.ApprovalEscalated late =>
            $"{Call(late.StepId, late.Item)}: nobody decided; role {Short(late.Role)} may now, too",
        RunEvent.PolicyTightened policy =>
            $"policy {Short(policy.Policy.Name)} version {policy.Policy.Version} binds the run "
            + $"from here on, by {Short(policy.By)}{Because(policy.Reason)}",
        RunEvent.PolicyDenied denied =>
            $"{Call(denied.StepId, denied.Item)}: {denied.Skill}@{denied.SkillVersion} denied by "
            + string.Join(", ", denied.Rules.Where(rule => rule.Uncertain != true).Take(1).Select(Name)),
        RunEvent.QuoteRequested quote =>
            $"{Call(quote.StepId, quote.Item)}: asked what attempt {quote.Attempt} would cost",
        RunEvent.CallQuoted { Ways: [var way, ..] } quoted =>
            $"{Call(quoted.StepId, quoted.Item)}: at most {way.Worst} by {Short(way.Name)}"
            + $"{(quoted.Ways.Count > 1 ? $", and {Words.Count(quoted.Ways.Count - 1, "other way")}" : "")}",
        RunEvent.CallQuoted quoted =>
            $"{Call(quoted.StepId, quoted.Item)}: cannot be made: {quoted.Code}{Because(quoted.Message)}",
        RunEvent.SlotRequested asked => $"{Call(asked.StepId, asked.Item)}: asks when {asked.Skill} may be called",
        RunEvent.SlotAnswered { Booked: false } late =>
            $"{Call(late.StepId, late.Item)}: its rates leave no room in time",
        RunEvent.SlotAnswered slot => $"{Call(slot.StepId, slot.Item)}: may be called "
            + (slot.SlotAt <= slot.At ? "now" : $"in {Times.Span((slot.SlotAt - slot.At).TotalMilliseconds)} (rate)"),
        RunEvent.AttemptStarted start => $"{Call(start.StepId, start.Item)}: attempt {start.Attempt} of "
            + $"{start.Skill}@{start.SkillVersion}{(start.Fallback == true ? " (fallback)" : "")}"
            + $"{(start.Way is { } way ? $" by {Short(way)}" : "")}{(start.Tainted ? ", with tainted input" : "")}",
        RunEvent.AttemptReturned back => Returned(back),
        RunEvent.AttemptLost lost =>
            $"{Call(lost.StepId, lost.Item)}: attempt {lost.Attempt} was in flight when its process ended; its "
                + "outcome is unknown",
        RunEvent.RetryScheduled retry =>
            $"{Call(retry.StepId, retry.Item)}: attempt {retry.Attempt} in {Times.Span(retry.DelayMs)} ({Rule(retry)})",
        RunEvent.FallbackChosen fallback =>
            $"{Call(fallback.StepId, fallback.Item)}: fallback, because of {fallback.Cause}",
        RunEvent.SettlementRequested ask =>
            $"{Call(ask.StepId, ask.Item)}: outcome unknown ({ask.Cause}); waits for `aos settle`",
        RunEvent.OutcomeSettled settled => $"{Call(settled.StepId, settled.Item)}: settled by {Short(settled.By)}: "
            + $"{(settled.Happened ? "it happened" : "it did not happen")}{Because(settled.Reason)}",
        RunEvent.WaitStarted wait => $"{Call(wait.StepId, wait.Item)}: {Wait(wait)}",
        RunEvent.SignalReceived signal => $"signal {signal.Name} from {Short(signal.By)}",
        RunEvent.SignalTaken taken => $"{Call(taken.StepId, taken.Item)}: has its signal (event {taken.Seq})",
        RunEvent.RunForked fork =>
            $"forked as {fork.RunId} from event {fork.FromSeq} of {fork.From} by {Short(fork.By)}{Because(fork.Reason)}",
        RunEvent.ItemEnded item => $"{Call(item.StepId, item.Item)}: {Words.Spaced(item.Status)} {item.Code}",
        RunEvent.StepEnded step =>
            $"{step.StepId}: {Words.Spaced(step.Status)}{Unless(step.Code.Value, "OK")}{Because(step.Message)}",
        RunEvent.TimeReached => "the time that was waited for has come",
        RunEvent.CancelRequested stop => $"{Short(stop.By)} asked to cancel the run{Because(stop.Reason)}",
        RunEvent.RunRecovered again => $"taken up by another process (epoch {again.Epoch})",
        RunEvent.RunStopping stop => $"stopping: {stop.Code}{Because(stop.Message)}",
        RunEvent.RunEnded end => $"run {Words.Spaced(end.Status)}{Unless(end.Code.Value, "OK")}{Because(end.Message)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Returned(RunEvent.AttemptReturned back)
    {
        var call = $"{Call(back.StepId, back.Item)}: attempt {back.Attempt}";
        return back.Status == OutcomeStatus.Success
            ? $"{call} succeeded in {Times.Span(back.LatencyMs)}"
            : $"{call}: {back.Code} after {Times.Span(back.LatencyMs)}{Because(back.Message)}";
    }

    private static string Wait(RunEvent.WaitStarted wait) => wait switch
    {
        { Signal: { } signal, ForMs: { } ms } => $"waits for signal {signal}, at most {Times.Span(ms)}",
        { Signal: { } signal } => $"waits for signal {signal}",
        { Until: { } until } => $"waits until {Times.Moment(until)}",
        _ => $"waits {Times.Span(wait.ForMs ?? 0)}",
    };

    private static string Rule(RunEvent.RetryScheduled retry) => retry.Rule switch
    {
        _ when retry.Way is { } way => $"by {Short(way)} instead",
        BackoffRule.Exponential => $"backoff, drawn from 0 to {Times.Span(retry.BoundMs)}",
        BackoffRule.RetryAfter => "the other side asked for it",
        BackoffRule.Immediate => "at once: asking again does no harm",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Call(Contracts.Values.StepId step, int? item) => item is null ? $"{step}" : $"{step}[{item}]";

    private static string Name(Contracts.Policies.AppliedRule rule) => $"{rule.Policy}@{rule.Version} {rule.Rule}";

    private static string Because(string? reason) => reason is null ? "" : $": {Short(reason)}";

    private static string Unless(string code, string ordinary) => code == ordinary ? "" : $" {code}";

    private static string Short(string text) => Plain.Line(text, MessageMax);
}
