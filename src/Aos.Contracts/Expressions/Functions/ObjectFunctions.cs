namespace Aos.Contracts.Expressions;

/// <summary>Functions on objects and on values of any type.</summary>
internal static class ObjectFunctions
{
    public static ExpressionValue Keys(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!Functions.Expect(ref state, call, args[0], ExpressionValueKind.Object)) return default;
        var members = state.MembersOf(call, args[0]);
        return state.Items(call, [.. members.Select(member => ExpressionValue.FromString(member.Key))]);
    }

    public static ExpressionValue Values(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!Functions.Expect(ref state, call, args[0], ExpressionValueKind.Object)) return default;
        var members = state.MembersOf(call, args[0]);
        return state.Items(call, [.. members.Select(member => member.Value)]);
    }

    public static ExpressionValue Merge(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        var members = new List<KeyValuePair<string, ExpressionValue>>();
        foreach (var argument in args)
        {
            if (!Functions.Expect(ref state, call, argument, ExpressionValueKind.Object)) return default;
            members.AddRange(state.MembersOf(call, argument));
        }

        return state.Object(call, members);
    }

    /// <summary>The first argument that is not null; unknown when one before it might not be.</summary>
    public static ExpressionValue NotNull(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        foreach (var argument in args)
        {
            if (argument.IsUnknown) return ExpressionValue.Unknown;
            if (argument.Kind != ExpressionValueKind.Null) return argument;
        }

        return default;
    }

    public static ExpressionValue ToArray(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        args[0].Kind == ExpressionValueKind.Array ? args[0] : state.Items(call, [args[0]]);

    public static ExpressionValue TypeOf(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        ExpressionValue.FromString(NameOf(args[0].Kind));

    /// <summary>The name of a type in JMESPath.</summary>
    public static string NameOf(ExpressionValueKind kind) => kind switch
    {
        ExpressionValueKind.Null => "null",
        ExpressionValueKind.Boolean => "boolean",
        ExpressionValueKind.Number => "number",
        ExpressionValueKind.String => "string",
        ExpressionValueKind.Array => "array",
        ExpressionValueKind.Object => "object",
        _ => "unknown",
    };
}
