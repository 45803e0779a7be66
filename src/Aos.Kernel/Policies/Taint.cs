using Aos.Contracts.Outcomes;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Policies;

/// <summary>What holds what a model or a stranger wrote: the result of a call that says so, and all that is made from
/// it. Judged by what a template reads, not by what it finds there.</summary>
public static class Taint
{
    /// <summary>Whether the input of a call is tainted: its template, or the list that it is fanned out over, reads a
    /// tainted step.</summary>
    public static bool IsInputTainted(RunState state, CallKey key)
    {
        if (!state.HasTaint || state.Step(key.Step) is not { } step) return false;
        var isFallback = step.Calls.Length > (key.Item ?? 0) && step.Calls[key.Item ?? 0].IsFallback;
        var program = isFallback ? step.Program.Fallback : step.Program.Main;
        return (step.Program.ForEach is { } list && Reads(state, list)) || (program is not null && Reads(state, program));
    }

    /// <summary>Whether the result of a step is tainted.</summary>
    public static bool IsResultTainted(RunState state, StepState step)
    {
        if (!state.HasTaint || step.Status is not (OutcomeStatus.Success or OutcomeStatus.Partial)) return false;
        foreach (var call in step.Calls)
            if (call.Last is { } last && (last.Started.Tainted || last.Returned?.Tainted == true)) return true;
        return false;
    }

    private static bool Reads(RunState state, CallProgram program)
    {
        foreach (var expression in program.Input.Expressions)
            if (Reads(state, expression)) return true;
        return false;
    }

    private static bool Reads(RunState state, Contracts.Expressions.Expression expression)
    {
        foreach (var name in expression.MembersOf("steps"))
            if (state.Program!.IndexOf(name) is >= 0 and var index && IsResultTainted(state, state.Steps[index])) return true;
        return false;
    }
}
