using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>A code of the failure taxonomy, such as <c>TIMEOUT</c>: capital letters, digits and underscores.</summary>
/// <remarks>The codes that AOS itself emits are in <see cref="Failures.ErrorCodes"/>; a skill may declare its own in
/// its contract. <see langword="default"/> has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<ErrorCode>))]
public readonly record struct ErrorCode : IScalar<ErrorCode>
{
    private ErrorCode(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a code: capital letters, digits and '_', at most 64, beginning with a letter";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out ErrorCode value)
    {
        var good = ScalarText.Matches(text, 64, char.IsAsciiLetterUpper,
            c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
        value = good ? new ErrorCode(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no code.</exception>
    public static ErrorCode Parse(string text) => ScalarText.Require<ErrorCode>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}
