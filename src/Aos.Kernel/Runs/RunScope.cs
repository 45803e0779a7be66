using Aos.Contracts.Expressions;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>What expressions see: <c>input</c>, <c>steps</c>, <c>run</c>, <c>memory</c>, and in a fanned-out step
/// <c>item</c> and <c>index</c>.</summary>
internal sealed class RunScope(RunState state, StepState? step, int? item) : ExpressionObject
{
    /// <summary>The names at the root, for validation.</summary>
    public static IReadOnlyList<string> Roots { get; } = ["input", "steps", "run", "memory", "item", "index"];

    public override IEnumerable<string> MemberNames => item is null ? Roots.Take(4) : Roots;

    public override bool TryGetMember(string name, out ExpressionValue value)
    {
        switch (name)
        {
            case "input": value = ExpressionValue.FromElement(state.Submitted!.Input.Element); return true;
            case "steps": value = ExpressionValue.FromObject(new StepsScope(state)); return true;
            case "run": value = ExpressionValue.FromObject(new RunFacts(state)); return true;
            case "memory": value = ExpressionValue.Null; return true;
            case "item" when item is { } index: value = ItemAt(index); return true;
            case "index" when item is { } index: value = ExpressionValue.FromInteger(index); return true;
            default: value = default; return false;
        }
    }

    private ExpressionValue ItemAt(int index) => step!.Items!.IsUnknown
        ? ExpressionValue.Unknown
        : ExpressionValue.FromElement(step.Items.Element[index]);
}

internal sealed class StepsScope(RunState state) : ExpressionObject
{
    public override IEnumerable<string> MemberNames => state.Steps.Select(step => step.Program.Id.Value);

    public override bool TryGetMember(string name, out ExpressionValue value)
    {
        var index = state.Program!.IndexOf(name);
        value = index < 0 ? default : ExpressionValue.FromObject(new StepScope(state.Steps[index]));
        return index >= 0;
    }
}

internal sealed class StepScope(StepState step) : ExpressionObject
{
    private static readonly string[] Names = ["status", "code", "result", "message", "attempts"];

    public override IEnumerable<string> MemberNames => Names;

    public override bool TryGetMember(string name, out ExpressionValue value)
    {
        switch (name)
        {
            case "result": value = Result(); return true;
            case "status": value = Text(step.Status is { } status ? StatusName(status) : null); return true;
            case "code": value = Text(step.Code?.Value); return true;
            case "message":
                value = Text(step.Message ?? (step.Calls.Length == 1 ? step.Calls[0].Message : null)); return true;
            case "attempts": value = ExpressionValue.FromInteger(step.Attempts); return true;
            default: value = default; return false;
        }
    }

    private ExpressionValue Result()
    {
        if (step.Status is not (OutcomeStatus.Success or OutcomeStatus.Partial)) return ExpressionValue.Null;
        if (step.Program.ForEach is null) return ValueOf(step.Calls[0].Result);
        return step.IsCountUnknown
            ? ExpressionValue.Unknown
            : ExpressionValue.FromItems(step.Calls.Select(call => ValueOf(call.Result)));
    }

    private static ExpressionValue ValueOf(Payload? result) => result is null ? ExpressionValue.Null
        : result.IsUnknown ? ExpressionValue.Unknown
        : ExpressionValue.FromElement(result.Element);

    private static ExpressionValue Text(string? text) =>
        text is null ? ExpressionValue.Null : ExpressionValue.FromString(text);

    private static string StatusName(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Success => "success",
        OutcomeStatus.Failure => "failure",
        OutcomeStatus.Partial => "partial",
        OutcomeStatus.Skipped => "skipped",
        OutcomeStatus.Cancelled => "cancelled",
        OutcomeStatus.Unknown => "unknown",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

internal sealed class RunFacts(RunState state) : ExpressionObject
{
    private static readonly string[] Names = ["id", "agent_id", "tenant", "goal", "started_at"];

    public override IEnumerable<string> MemberNames => Names;

    public override bool TryGetMember(string name, out ExpressionValue value)
    {
        var run = state.Submitted!;
        var text = name switch
        {
            "id" => run.RunId.Value,
            "agent_id" => run.AgentId,
            "tenant" => run.Tenant,
            "goal" => run.Goal,
            "started_at" => run.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
            _ => null,
        };
        value = text is null ? ExpressionValue.Null : ExpressionValue.FromString(text);
        return Names.Contains(name, StringComparer.Ordinal);
    }
}
