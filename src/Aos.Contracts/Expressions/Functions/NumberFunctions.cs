using System.Text;

namespace Aos.Contracts.Expressions;

/// <summary>Arithmetic on exact decimals. A number of more than 64 digits, or a power of ten beyond ±999, is an
/// error.</summary>
internal static class NumberFunctions
{
    public static ExpressionValue Abs(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!Functions.Expect(ref state, call, args[0], ExpressionValueKind.Number)) return default;
        var digits = args[0].RawUtf8;
        return digits[0] == '-' ? ExpressionValue.FromNumber(digits[1..].ToArray()) : args[0];
    }

    public static ExpressionValue Floor(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryRead(ref state, call, args[0], out var number) ? Result(ref state, call, number.Floor()) : default;

    public static ExpressionValue Ceil(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args) =>
        TryRead(ref state, call, args[0], out var number) ? Result(ref state, call, number.Ceiling()) : default;

    public static ExpressionValue Sum(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!TryTotal(ref state, call, args[0], out var total)) return default;
        return total is { } known ? Result(ref state, call, known) : ExpressionValue.Unknown;
    }

    public static ExpressionValue Avg(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (!TryTotal(ref state, call, args[0], out var total) || args[0].ItemCount == 0) return default;
        return total is { } known
            ? Result(ref state, call, known.DivideBy(args[0].ItemCount)) : ExpressionValue.Unknown;
    }

    /// <summary>Text that is a JSON number becomes that number, digits untouched; anything else becomes null.</summary>
    public static ExpressionValue ToNumber(ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> args)
    {
        if (args[0].Kind == ExpressionValueKind.Number) return args[0];
        if (args[0].Kind != ExpressionValueKind.String) return default;
        if (!state.ChargeBulk(call, args[0].TextLengthMax)) return default;
        var utf8 = Encoding.UTF8.GetBytes(args[0].Text);
        return ExactNumber.TryParse(utf8, out _) ? ExpressionValue.FromNumber(utf8) : default;
    }

    /// <summary>Adds up an array. The total is null when an item is unknown.</summary>
    private static bool TryTotal(
        ref EvaluationState state, CallNode call, in ExpressionValue array, out ExactNumber? total)
    {
        total = new ExactNumber(0, 0);
        if (!Functions.Expect(ref state, call, array, ExpressionValueKind.Array)) return false;
        var items = new ItemCursor(array);
        while (items.MoveNext() && state.Charge(call))
        {
            if (items.Current.IsUnknown) total = null;
            else if (TryRead(ref state, call, items.Current, out var number)) total += number;
        }

        return !state.Failed;
    }

    private static bool TryRead(
        ref EvaluationState state, CallNode call, in ExpressionValue value, out ExactNumber number)
    {
        number = default;
        if (!Functions.Expect(ref state, call, value, ExpressionValueKind.Number)) return false;
        if (ExactNumber.TryParse(value.RawUtf8, out number)) return true;
        FailRange(ref state, call);
        return false;
    }

    private static ExpressionValue Result(ref EvaluationState state, CallNode call, ExactNumber number) =>
        number.TryFormat(out var utf8) ? ExpressionValue.FromNumber(utf8) : FailRange(ref state, call);

    private static ExpressionValue FailRange(ref EvaluationState state, CallNode call) => state.Fail(
        call,
        ExpressionErrorKind.InvalidValue,
        $"{call.Name}() computes with at most {ExactNumber.DigitsMax} digits "
            + $"and powers of ten within ±{ExactNumber.ExponentMax}.");
}
