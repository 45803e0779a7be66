using System.Collections.Frozen;

namespace Aos.Contracts.Expressions;

/// <summary>The functions of the JMESPath specification.</summary>
internal static class Functions
{
    private static readonly FrozenDictionary<string, Function> ByName = new Function[]
    {
        new("abs", 1, 1, NumberFunctions.Abs),
        new("avg", 1, 1, NumberFunctions.Avg),
        new("ceil", 1, 1, NumberFunctions.Ceil),
        new("contains", 2, 2, TextFunctions.Contains),
        new("ends_with", 2, 2, TextFunctions.EndsWith),
        new("floor", 1, 1, NumberFunctions.Floor),
        new("join", 2, 2, TextFunctions.Join),
        new("keys", 1, 1, ObjectFunctions.Keys),
        new("length", 1, 1, TextFunctions.Length),
        new("map", 2, 2, OrderFunctions.Map, ReferenceAt: 0),
        new("max", 1, 1, OrderFunctions.Max),
        new("max_by", 2, 2, OrderFunctions.MaxBy, ReferenceAt: 1),
        new("merge", 1, int.MaxValue, ObjectFunctions.Merge),
        new("min", 1, 1, OrderFunctions.Min),
        new("min_by", 2, 2, OrderFunctions.MinBy, ReferenceAt: 1),
        new("not_null", 1, int.MaxValue, ObjectFunctions.NotNull, TakesUnknown: true),
        new("reverse", 1, 1, TextFunctions.Reverse),
        new("sort", 1, 1, OrderFunctions.Sort),
        new("sort_by", 2, 2, OrderFunctions.SortBy, ReferenceAt: 1),
        new("starts_with", 2, 2, TextFunctions.StartsWith),
        new("sum", 1, 1, NumberFunctions.Sum),
        new("to_array", 1, 1, ObjectFunctions.ToArray),
        new("to_number", 1, 1, NumberFunctions.ToNumber),
        new("to_string", 1, 1, TextFunctions.ToText),
        new("type", 1, 1, ObjectFunctions.TypeOf),
        new("values", 1, 1, ObjectFunctions.Values),
    }.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>Finds a function and checks what can be checked of a call without data.</summary>
    /// <returns>The mistake, or null.</returns>
    public static (ExpressionErrorKind Kind, string Message)? Check(
        string name, List<Argument> arguments, out Function? function)
    {
        if (!ByName.TryGetValue(name, out function))
            return (ExpressionErrorKind.UnknownFunction, $"There is no function {name}().");
        if (arguments.Count < function.ArgumentsMin || arguments.Count > function.ArgumentsMax)
        {
            var least = function.ArgumentsMax == int.MaxValue ? "at least " : "";
            return (ExpressionErrorKind.InvalidArity,
                $"{name}() takes {least}{function.ArgumentsMin} argument(s), not {arguments.Count}.");
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].IsReference == (i == function.ReferenceAt)) continue;
            var wanted = i == function.ReferenceAt ? "an expression written &…" : "a value";
            return (ExpressionErrorKind.InvalidType, $"{name}() takes {wanted} as argument {i + 1}.");
        }

        return null;
    }

    /// <summary>Checks the kind of an argument, and fails the evaluation when it is another.</summary>
    public static bool Expect(
        ref EvaluationState state,
        CallNode call,
        in ExpressionValue value,
        params ReadOnlySpan<ExpressionValueKind> kinds)
    {
        if (kinds.Contains(value.Kind)) return true;
        var names = string.Join(" or ", kinds.ToArray().Select(ObjectFunctions.NameOf));
        var message = $"{call.Name}() takes {names}, not {ObjectFunctions.NameOf(value.Kind)}.";
        state.Fail(call, ExpressionErrorKind.InvalidType, message);
        return false;
    }
}
