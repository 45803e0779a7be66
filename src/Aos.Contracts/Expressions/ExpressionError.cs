namespace Aos.Contracts.Expressions;

/// <summary>Why an expression could not be parsed or evaluated.</summary>
public enum ExpressionErrorKind
{
    /// <summary>The text is not a JMESPath expression, or exceeds the bounds of length or nesting.</summary>
    Syntax,

    /// <summary>A function of that name does not exist. Found when parsing.</summary>
    UnknownFunction,

    /// <summary>A function was given too few or too many arguments. Found when parsing.</summary>
    InvalidArity,

    /// <summary>A function was given a value of a type that it does not take.</summary>
    InvalidType,

    /// <summary>A value of the right type that cannot be used, such as a slice step of 0.</summary>
    InvalidValue,

    /// <summary>The evaluation cost more than <see cref="ExpressionLimits.FuelMax"/>.</summary>
    FuelExhausted,

    /// <summary>A computed value is larger than <see cref="ExpressionLimits.ResultBytesMax"/>, or nests too
    /// deep.</summary>
    TooLarge,
}

/// <summary>A mistake in an expression, or in what it was applied to. Immutable.</summary>
/// <param name="Kind">The class of the mistake.</param>
/// <param name="Message">What is wrong, for a person. Holds no values of the data.</param>
/// <param name="Position">Index (UTF-16) in the text that was given to the parser where the mistake begins.</param>
public sealed record ExpressionError(ExpressionErrorKind Kind, string Message, int Position)
{
    private const int ShownMax = 80;

    /// <summary>The message with the place in the text that was given to the parser: <c>In 'a.[', character 4: …</c>
    /// Of a long text, what stands around the mistake is shown.</summary>
    public string In(string text)
    {
        var start = Position - ShownMax / 2;
        return $"In '{Cut(text, Math.Min(start, text.Length - ShownMax))}', character {Position + 1}: {Message}";
    }

    /// <summary>A text for a message: cut where it is long.</summary>
    public static string Shorten(string text) => Cut(text, 0);

    private static string Cut(string text, int start)
    {
        if (text.Length <= ShownMax) return text;
        start = Math.Max(0, start);
        var end = Math.Min(text.Length, start + ShownMax);
        // A pair of surrogates stays whole.
        if (char.IsLowSurrogate(text[start])) start++;
        if (end < text.Length && char.IsHighSurrogate(text[end - 1])) end--;
        return (start > 0 ? "…" : "") + text[start..end] + (end < text.Length ? "…" : "");
    }

    /// <summary>The stable name of <see cref="Kind"/>, for example <c>fuel_exhausted</c>.</summary>
    public string Code => Kind switch
    {
        ExpressionErrorKind.Syntax => "syntax",
        ExpressionErrorKind.UnknownFunction => "unknown_function",
        ExpressionErrorKind.InvalidArity => "invalid_arity",
        ExpressionErrorKind.InvalidType => "invalid_type",
        ExpressionErrorKind.InvalidValue => "invalid_value",
        ExpressionErrorKind.FuelExhausted => "fuel_exhausted",
        _ => "too_large",
    };
}
