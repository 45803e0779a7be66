using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Testing.Runs;

/// <summary>How a scripted world answers one attempt. Immutable.</summary>
public sealed record ScriptedAnswer
{
    /// <summary>How the attempt ends.</summary>
    public OutcomeStatus Status { get; init; }

    /// <summary>The code.</summary>
    public ErrorCode Code { get; init; } = ErrorCodes.Ok;

    /// <summary>The result.</summary>
    public Payload? Result { get; init; }

    /// <summary>Whether a failed attempt changed the world.</summary>
    public EffectState? Effect { get; init; }

    /// <summary>What it costs.</summary>
    public Money Cost { get; init; }

    /// <summary>Milliseconds that it takes. More than the attempt may take: it times out.</summary>
    public int LatencyMs { get; init; } = 10;

    /// <summary>Milliseconds that the world asks to wait.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>Whether the result holds what a model or a stranger wrote.</summary>
    public bool Tainted { get; init; }

    /// <summary>What was changed in the world.</summary>
    public ValueList<SideEffect> SideEffects { get; init; }

    /// <summary>Success with a JSON result.</summary>
    public static ScriptedAnswer Ok([StringSyntax(StringSyntaxAttribute.Json)] string result = "{}") =>
        new() { Result = Payload.FromUtf8(Encoding.UTF8.GetBytes(result)) };

    /// <summary>Success with a result that nobody knows, as in a simulation.</summary>
    public static ScriptedAnswer OkUnknown() => new() { Result = Payload.Unknown };

    /// <summary>Failure with a code. Whether the world was changed is not known unless it is said.</summary>
    public static ScriptedAnswer Fail(string code, EffectState? effect = null) =>
        new() { Status = OutcomeStatus.Failure, Code = ErrorCode.Parse(code), Effect = effect };

    /// <summary>The same answer at a cost.</summary>
    public ScriptedAnswer Costing(decimal cents) => this with { Cost = Money.FromCents(cents) };

    /// <summary>The same answer after so many milliseconds.</summary>
    public ScriptedAnswer After(int milliseconds) => this with { LatencyMs = milliseconds };

    /// <summary>The same answer with a request to wait.</summary>
    public ScriptedAnswer AskingToWait(long milliseconds) => this with { RetryAfterMs = milliseconds };

    /// <summary>The same answer with one more side effect.</summary>
    public ScriptedAnswer Changing(string type, string target) =>
        this with { SideEffects = SideEffects.Add(new SideEffect { Type = type, Target = target }) };
}

/// <summary>How a scripted person decides on an approval request.</summary>
/// <param name="Approved">Whether the call may be made.</param>
/// <param name="Input">An edited input; null for the one shown.</param>
/// <param name="DelayMs">Milliseconds until the decision.</param>
public sealed record ScriptedDecision(bool Approved, Payload? Input = null, int DelayMs = 1_000);

/// <summary>A signal that comes when a step waits for it.</summary>
/// <param name="Data">What comes with it; null for JSON null.</param>
/// <param name="DelayMs">Milliseconds until it comes.</param>
public sealed record ScriptedSignal(Payload? Data = null, int DelayMs = 1_000);

/// <summary>How a scripted planner answers one round.</summary>
/// <param name="Plan">The plan; null on failure and where nothing is left to do.</param>
/// <param name="Code">Why there is no plan; OK otherwise.</param>
/// <param name="Cost">What the answer costs.</param>
public sealed record ScriptedPlan(Plan? Plan, ErrorCode Code, Money Cost = default)
{
    /// <summary>The output that an iterative planner gives at the end, as a template.</summary>
    public Payload? Output { get; init; }

    /// <summary>Milliseconds that a busy planner asks to wait.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>A plan, as JSON.</summary>
    public static ScriptedPlan Of([StringSyntax(StringSyntaxAttribute.Json)] string plan) =>
        new(RunScenario.ReadPlan(plan), ErrorCodes.Ok);

    /// <summary>Nothing is left to do.</summary>
    public static ScriptedPlan Done { get; } = new(null, ErrorCodes.Ok);

    /// <summary>No plan.</summary>
    public static ScriptedPlan Fail(string code) => new(null, ErrorCode.Parse(code));
}
