using Aos.Contracts.Outcomes;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Policies;

/// <summary>What holds what a model or a stranger wrote: a plan that a model made, the result of a call that says so,
/// and all that is made from it. Judged by what a template reads, not by what it finds there.</summary>
public static class Taint
{
    /// <summary>Whether the input of a call is tainted: a model wrote its template; or the template, or the list that
    /// it is fanned out over, reads a tainted step.</summary>
    public static bool IsInputTainted(RunState state, CallKey key)
    {
        if (state.IsPlanTainted) return true;
        if (!state.HasTaint || state.Step(key.Step) is not { } step) return false;
        var isFallback = step.Calls.Length > (key.Item ?? 0) && step.Calls[key.Item ?? 0].IsFallback;
        var program = isFallback ? step.Program.Fallback : step.Program.Main;
        return (step.Program.ForEach is { } list && Reads(state, list))
            || (program is not null && Reads(state, program));
    }

    /// <summary>Whether what a step came to is tainted: its result, or the message of its failure.</summary>
    public static bool IsResultTainted(RunState state, StepState step)
    {
        if (!state.HasTaint && !state.IsPlanTainted) return false;
        if (step.Status is not (OutcomeStatus.Success or OutcomeStatus.Partial)) return IsFailureTainted(state, step);
        foreach (var call in step.Calls)
            if (call.Last is { } last && IsTainted(last)) return true;
        return false;
    }

    // The message may be that of any attempt: where a fallback fails too, the first failure stays.
    private static bool IsFailureTainted(RunState state, StepState step)
    {
        if (state.Settings.RulesVersion < 2) return false;
        foreach (var call in step.Calls)
            foreach (var attempt in call.History)
                if (IsTainted(attempt)) return true;
        return false;
    }

    private static bool IsTainted(AttemptRecord attempt) =>
        attempt.Started.Tainted || attempt.Returned?.Tainted == true;

    private static bool Reads(RunState state, CallProgram program)
    {
        foreach (var expression in program.Input.Expressions)
            if (Reads(state, expression)) return true;
        return false;
    }

    private static bool Reads(RunState state, Contracts.Expressions.Expression expression)
    {
        foreach (var name in expression.MembersOf("steps"))
            if (state.Program!.IndexOf(name) is >= 0 and var index && IsResultTainted(state, state.Steps[index]))
                return true;
        return false;
    }
}
