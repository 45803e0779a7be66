using System.Text;

namespace Aos.Contracts.Expressions;

/// <summary>Functions on text, some of which take arrays too. Text is counted and reversed by code points.</summary>
internal static class TextFunctions
{
    public static ExpressionValue Contains(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        var (subject, search) = (args[0], args[1]);
        if (!Functions.Expect(ref state, call, subject, ExpressionValueKind.Array, ExpressionValueKind.String))
            return default;
        if (subject.Kind == ExpressionValueKind.Array) return ContainsItem(ref state, call, subject, search);
        if (search.Kind != ExpressionValueKind.String) return ExpressionValue.FromBoolean(false);
        var text = TextOf(ref state, call, subject);
        var part = TextOf(ref state, call, search);
        return ExpressionValue.FromBoolean(TextSearch.Contains(text, part));
    }

    public static ExpressionValue StartsWith(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryTexts(ref state, call, args, out var text, out var part)
            ? ExpressionValue.FromBoolean(text.StartsWith(part, StringComparison.Ordinal)) : default;

    public static ExpressionValue EndsWith(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryTexts(ref state, call, args, out var text, out var part)
            ? ExpressionValue.FromBoolean(text.EndsWith(part, StringComparison.Ordinal)) : default;

    public static ExpressionValue Join(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!Functions.Expect(ref state, call, args[0], ExpressionValueKind.String)) return default;
        if (!Functions.Expect(ref state, call, args[1], ExpressionValueKind.Array)) return default;
        var glue = TextOf(ref state, call, args[0]);
        var parts = new List<string>();
        long length = 0;
        var unknown = false;
        var items = new ItemCursor(args[1]);
        while (items.MoveNext() && state.Charge(call))
        {
            unknown |= items.Current.IsUnknown;
            if (unknown) continue;
            if (!Functions.Expect(ref state, call, items.Current, ExpressionValueKind.String)) return default;
            parts.Add(TextOf(ref state, call, items.Current));
            length += parts[^1].Length + glue.Length;
        }

        if (unknown) return ExpressionValue.Unknown;
        return state.Fits(call, length) ? ExpressionValue.FromString(string.Join(glue, parts)) : default;
    }

    public static ExpressionValue Length(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        var value = args[0];
        if (!Functions.Expect(
            ref state, call, value, ExpressionValueKind.String, ExpressionValueKind.Array, ExpressionValueKind.Object))
        {
            return default;
        }

        if (value.Kind == ExpressionValueKind.Array) return ExpressionValue.FromInteger(value.ItemCount);
        if (value.Kind == ExpressionValueKind.Object)
            return ExpressionValue.FromInteger(state.MembersOf(call, value).Count);
        var text = TextOf(ref state, call, value);
        return ExpressionValue.FromInteger(text.Length - text.Count(char.IsLowSurrogate));
    }

    public static ExpressionValue Reverse(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        var value = args[0];
        if (!Functions.Expect(ref state, call, value, ExpressionValueKind.String, ExpressionValueKind.Array))
            return default;
        if (value.Kind == ExpressionValueKind.String)
            return ExpressionValue.FromString(Reversed(TextOf(ref state, call, value)));
        return state.Charge(call, value.ItemCount) ? state.Items(call, [.. value.Items.Reverse()]) : default;
    }

    /// <summary>Text stays as it is; anything else becomes its canonical JSON, in which the layout of the source never
    /// shows.</summary>
    public static ExpressionValue ToText(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        var value = args[0];
        if (value.Kind == ExpressionValueKind.String) return value;
        if (!state.FitsRendered(call, value)) return default;
        return value.ContainsUnknown
            ? ExpressionValue.Unknown : ExpressionValue.FromString(Encoding.UTF8.GetString(value.ToCanonicalUtf8()));
    }

    /// <summary>The text of a string, paid for by its length.</summary>
    public static string TextOf(ref EvaluationState state, CallNode call, in ExpressionValue value) =>
        state.ChargeBulk(call, value.TextLengthMax) ? value.Text : "";

    private static ExpressionValue ContainsItem(
        ref EvaluationState state, CallNode call, in ExpressionValue subject, in ExpressionValue search)
    {
        var unknown = false;
        var items = new ItemCursor(subject);
        while (items.MoveNext() && state.Charge(call))
        {
            var equal = ValueEquality.Equal(ref state, call, items.Current, search, 0);
            if (equal == true) return ExpressionValue.FromBoolean(true);
            unknown |= equal is null;
        }

        return unknown ? ExpressionValue.Unknown : ExpressionValue.FromBoolean(false);
    }

    private static bool TryTexts(
        ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args, out string text, out string part)
    {
        text = part = "";
        if (!Functions.Expect(ref state, call, args[0], ExpressionValueKind.String)) return false;
        if (!Functions.Expect(ref state, call, args[1], ExpressionValueKind.String)) return false;
        text = TextOf(ref state, call, args[0]);
        part = TextOf(ref state, call, args[1]);
        return true;
    }

    private static string Reversed(string text)
    {
        var units = text.ToCharArray();
        Array.Reverse(units);
        for (var i = 0; i + 1 < units.Length; i++)
        {
            if (char.IsLowSurrogate(units[i])) (units[i], units[i + 1]) = (units[i + 1], units[i++]);
        }

        return new string(units);
    }
}
