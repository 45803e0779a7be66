using System.Text.Json;

namespace Aos.Contracts.Expressions;

/// <summary>Deep equality as JMESPath has it: numbers by exact value, objects without regard to order.</summary>
internal static class ValueEquality
{
    /// <summary>Compares two values, at a cost in proportion to what is looked at.</summary>
    /// <returns>Null when it hangs on something unknown: a known difference decides even beside an unknown
    /// part.</returns>
    public static bool? Equal(
        ref EvaluationState state, Node at, in ExpressionValue left, in ExpressionValue right, int level)
    {
        if (left.IsUnknown || right.IsUnknown) return null;
        if (left.Kind != right.Kind) return false;
        if (!state.Charge(at)) return null;
        if (level == EvaluationState.DepthMax)
        {
            state.Fail(at, ExpressionErrorKind.TooLarge, "The values nest too deep to be compared.");
            return null;
        }

        return left.Kind switch
        {
            ExpressionValueKind.Number => state.ChargeBulk(at, left.RawUtf8.Length + right.RawUtf8.Length)
                ? NumberOrder.Compare(left.RawUtf8, right.RawUtf8) == 0 : null,
            ExpressionValueKind.String => TextEqual(ref state, at, left, right),
            ExpressionValueKind.Array => ItemsEqual(ref state, at, left, right, level),
            ExpressionValueKind.Object => MembersEqual(ref state, at, left, right, level),
            _ => left.IsTruthy == right.IsTruthy,
        };
    }

    private static bool? TextEqual(
        ref EvaluationState state, Node at, in ExpressionValue left, in ExpressionValue right)
    {
        if (!state.ChargeBulk(at, left.TextLengthMax + right.TextLengthMax)) return null;
        if (left.Payload is string text)
            return right.TryGetElement(out var other) ? other.ValueEquals(text) : text == right.Text;
        return left.TryGetElement(out JsonElement element) && element.ValueEquals(right.Text);
    }

    private static bool? ItemsEqual(
        ref EvaluationState state, Node at, in ExpressionValue left, in ExpressionValue right, int level)
    {
        if (left.ItemCount != right.ItemCount) return false;
        bool? equal = true;
        var others = new ItemCursor(right);
        var items = new ItemCursor(left);
        while (items.MoveNext() && others.MoveNext() && !state.Failed)
        {
            var same = Equal(ref state, at, items.Current, others.Current, level + 1);
            if (same == false) return false;
            equal &= same;
        }

        return equal;
    }

    private static bool? MembersEqual(
        ref EvaluationState state, Node at, in ExpressionValue left, in ExpressionValue right, int level)
    {
        var others = ByName(state.MembersOf(at, right));
        var members = ByName(state.MembersOf(at, left));
        if (members.Count != others.Count) return false;
        bool? equal = true;
        foreach (var (name, value) in members)
        {
            if (!others.TryGetValue(name, out var other)) return false;
            var same = Equal(ref state, at, value, other, level + 1);
            if (same == false || state.Failed) return same;
            equal &= same;
        }

        return equal;
    }

    private static OrderedDictionary<string, ExpressionValue> ByName(
        List<KeyValuePair<string, ExpressionValue>> members)
    {
        var byName = new OrderedDictionary<string, ExpressionValue>(members.Count, StringComparer.Ordinal);
        foreach (var (name, value) in members) byName[name] = value;
        return byName;
    }
}
