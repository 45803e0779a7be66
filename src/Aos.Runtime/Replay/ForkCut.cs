using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Runtime.Replay;

/// <summary>Where a journal can be cut, so that what stands before is a state from which a run can go on.</summary>
internal static class ForkCut
{
    /// <summary>The events before the first one of a step.</summary>
    /// <returns>How many; or why there is no such cut.</returns>
    public static (int Length, string? Problem) Before(IReadOnlyList<RunEvent> events, StepId step)
    {
        for (var i = 0; i < events.Count; i++)
            if (StepOf(events[i]) == step) return Check(events, i);
        return (0,
            $"Step '{step}' was never reached, so there is nothing to cut before it. Fork from an earlier step "
                + "or event.");
    }

    /// <summary>The events up to one, and with them the judgement of the fact that it belongs to: an answer without it
    /// would be asked for again.</summary>
    /// <returns>How many; or why there is no such cut.</returns>
    public static (int Length, string? Problem) After(IReadOnlyList<RunEvent> events, long seq)
    {
        if (seq < 1 || seq > events.Count)
            return (0, $"The journal has events 1 to {events.Count}, but no event {seq}.");
        var length = (int)seq;
        while (length < events.Count && IsJudgement(events[length])) length++;
        return Check(events, length);
    }

    private static (int Length, string? Problem) Check(IReadOnlyList<RunEvent> events, int length)
    {
        for (var i = 0; i < Math.Min(length + 1, events.Count); i++)
            if (events[i] is RunEvent.RunStopping or RunEvent.RunEnded
                && (i < length || events[i] is RunEvent.RunStopping))
            {
                var before = i;
                while (before > 1 && events[before - 1] is RunEvent.Decision && IsJudgement(events[before - 1]))
                    before--;
                return (0, $"From event {before} on the run was ending, and a fork from there would end as well. "
                    + $"Fork from a step, or from an event up to {before - 1}.");
            }
        return (length, null);
    }

    // What starts something comes after the judgement of a fact, and begins anew in a fork.
    private static bool IsJudgement(RunEvent e) => e is RunEvent.Decision
        and not (RunEvent.AttemptStarted or RunEvent.ApprovalRequested or RunEvent.StepExpanded or RunEvent.WaitStarted
            or RunEvent.RunStopping or RunEvent.RunEnded);

    private static StepId? StepOf(RunEvent e) => e switch
    {
        RunEvent.StepExpanded x => x.StepId,
        RunEvent.ApprovalRequested x => x.StepId,
        RunEvent.AttemptStarted x => x.StepId,
        RunEvent.WaitStarted x => x.StepId,
        RunEvent.StepEnded x => x.StepId,
        RunEvent.ItemEnded x => x.StepId,
        RunEvent.FallbackChosen x => x.StepId,
        _ => null,
    };
}
