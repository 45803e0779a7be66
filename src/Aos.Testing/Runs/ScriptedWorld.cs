using Aos.Contracts.Runs;
using Aos.Kernel.Runs;

namespace Aos.Testing.Runs;

/// <summary>Everything outside of a run: skills, planner and people, as a test scripts them.</summary>
/// <remarks>What is not scripted succeeds with <c>{}</c> after 10 ms; approvals that nobody scripted are never decided.
/// The last answer of a list is given again for ever.</remarks>
public class ScriptedWorld
{
    private readonly Dictionary<string, ScriptedAnswer[]> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScriptedDecision[]> _decisions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScriptedSignal[]> _signals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunEvent.CallQuoted[]> _quotes = new(StringComparer.Ordinal);
    private ScriptedPlan[] _plans = [ScriptedPlan.Done];

    /// <summary>Scripts the attempts of a call.</summary>
    /// <param name="call">A step (<c>a</c>), an item of it (<c>a[0]</c>), or either's fallback (<c>a!</c>,
    /// <c>a[0]!</c>). A step without item stands for all its items that have no script of their own.</param>
    /// <param name="answers">The answers in order.</param>
    public ScriptedWorld On(string call, params ScriptedAnswer[] answers)
    {
        _answers[call] = answers;
        return this;
    }

    /// <summary>Scripts what a step's attempts would cost, in order.</summary>
    public ScriptedWorld Quotes(string step, params RunEvent.CallQuoted[] quotes)
    {
        _quotes[step] = quotes;
        return this;
    }

    /// <summary>Scripts the decisions on a step's approval requests, in order.</summary>
    public ScriptedWorld Decides(string step, params ScriptedDecision[] decisions)
    {
        _decisions[step] = decisions;
        return this;
    }

    /// <summary>Scripts the signals that come when steps wait for them, in order.</summary>
    public ScriptedWorld Signals(string name, params ScriptedSignal[] signals)
    {
        _signals[name] = signals;
        return this;
    }

    /// <summary>Scripts the planner's rounds.</summary>
    public ScriptedWorld Plans(params ScriptedPlan[] plans)
    {
        _plans = plans;
        return this;
    }

    /// <summary>Answers an attempt.</summary>
    public virtual ScriptedAnswer Answer(Effect.InvokeSkill attempt)
    {
        var mark = attempt.IsFallback ? "!" : "";
        foreach (var name in (string[])[$"{attempt.Call}{mark}", $"{attempt.Call.Step}{mark}"])
            if (_answers.TryGetValue(name, out var answers)) return Next($"{attempt.Call}{mark}", answers);
        return ScriptedAnswer.Ok();
    }

    /// <summary>Says what an attempt would cost; not scripted, what the contract says.</summary>
    public virtual RunEvent.CallQuoted Quote(Effect.QuoteCall asked) =>
        _quotes.TryGetValue(asked.Call.Step.Value, out var quotes)
        ? Next($"quote of {asked.Call}", quotes)
        : Facts.Quoted(asked.Call.Step.Value, asked.Attempt, Facts.Way("default", 0));

    /// <summary>Decides on an approval request; null where nobody does.</summary>
    public virtual ScriptedDecision? Decide(RunEvent.ApprovalRequested request) =>
        _decisions.TryGetValue(request.StepId.Value, out var decisions)
            ? Next($"approval of {request.StepId}", decisions)
            : null;

    /// <summary>The signal that comes when a step waits for it; null where none does.</summary>
    public virtual ScriptedSignal? Signal(RunEvent.WaitStarted wait) =>
        wait.Signal is { } name && _signals.TryGetValue(name.Value, out var signals)
            ? Next($"signal {name}", signals) : null;

    /// <summary>How long from now the slot is that a call gets under its rates. Default: no time at all.</summary>
    public virtual TimeSpan Slot(Effect.BookSlot book) => TimeSpan.Zero;

    /// <summary>Answers a round of planning.</summary>
    public virtual ScriptedPlan Plan(int round) => _plans[Math.Min(round, _plans.Length) - 1];

    private T Next<T>(string name, T[] script)
    {
        var asked = _asked.GetValueOrDefault(name);
        _asked[name] = asked + 1;
        return script[Math.Min(asked, script.Length - 1)];
    }
}
