using System.Numerics;

namespace Aos.Contracts.Expressions;

/// <summary>Functions that order arrays by numbers or text, and <c>map</c>. Sorting is stable; of equals the first
/// wins.</summary>
internal static class OrderFunctions
{
    public static ExpressionValue Sort(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items) ? Sorted(ref state, call, items, items) : default;

    public static ExpressionValue SortBy(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items)
            ? Sorted(ref state, call, items, KeysOf(ref state, call, items)) : default;

    public static ExpressionValue Max(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items) ? Extreme(ref state, call, items, items, 1) : default;

    public static ExpressionValue MaxBy(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items)
            ? Extreme(ref state, call, items, KeysOf(ref state, call, items), 1) : default;

    public static ExpressionValue Min(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items) ? Extreme(ref state, call, items, items, -1) : default;

    public static ExpressionValue MinBy(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items)
            ? Extreme(ref state, call, items, KeysOf(ref state, call, items), -1) : default;

    public static ExpressionValue Map(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryItems(ref state, call, args[0], out var items)
            ? state.Items(call, KeysOf(ref state, call, items)) : default;

    private static bool TryItems(
        ref EvaluationState state, CallNode call, in ExpressionValue array, out ExpressionValue[] items)
    {
        items = [];
        if (!Functions.Expect(ref state, call, array, ExpressionValueKind.Array)) return false;
        if (!state.Charge(call, array.ItemCount)) return false;
        items = [.. array.Items];
        return true;
    }

    private static ExpressionValue[] KeysOf(ref EvaluationState state, CallNode call, ExpressionValue[] items)
    {
        var keys = new ExpressionValue[items.Length];
        for (var i = 0; i < items.Length && !state.Failed; i++) keys[i] = call.Reference!.Evaluate(ref state, items[i]);
        return keys;
    }

    private static ExpressionValue Sorted(
        ref EvaluationState state, CallNode call, ExpressionValue[] items, ExpressionValue[] keys)
    {
        var order = OrderOf(ref state, call, keys, out var unknown);
        if (unknown || state.Failed) return ExpressionValue.Unknown;
        if (!state.Charge(call, (long)keys.Length * BitOperations.Log2((uint)keys.Length | 1))) return default;

        int[] places = [.. Enumerable.Range(0, items.Length)];
        Array.Sort(places, (left, right) => order(left, right) is var by and not 0 ? by : left.CompareTo(right));
        return state.Items(call, Array.ConvertAll(places, place => items[place]));
    }

    private static ExpressionValue Extreme(
        ref EvaluationState state, CallNode call, ExpressionValue[] items, ExpressionValue[] keys, int sign)
    {
        var order = OrderOf(ref state, call, keys, out var unknown);
        if (unknown || state.Failed) return ExpressionValue.Unknown;
        if (items.Length == 0) return default;
        var best = 0;
        for (var i = 1; i < items.Length; i++)
        {
            if (order(i, best) * sign > 0) best = i;
        }

        return items[best];
    }

    /// <summary>The order of the places of keys, which must be all numbers or all text.</summary>
    private static Comparison<int> OrderOf(
        ref EvaluationState state, CallNode call, ExpressionValue[] keys, out bool unknown)
    {
        unknown = Array.Exists(keys, key => key.IsUnknown);
        var kind = ExpressionValueKind.Null;
        foreach (var key in keys)
        {
            if (unknown || state.Failed) break;
            if (kind == ExpressionValueKind.Null)
            {
                Functions.Expect(ref state, call, key, ExpressionValueKind.Number, ExpressionValueKind.String);
                kind = key.Kind;
            }
            else
            {
                Functions.Expect(ref state, call, key, kind);
            }

            if (!state.Failed) state.ChargeBulk(call, key.TextLengthMax);
        }

        if (kind != ExpressionValueKind.String || unknown || state.Failed)
            return (left, right) => NumberOrder.Compare(keys[left].RawUtf8, keys[right].RawUtf8);
        var texts = Array.ConvertAll(keys, key => key.Text);
        return (left, right) => CodePointOrder.Compare(texts[left], texts[right]);
    }
}
