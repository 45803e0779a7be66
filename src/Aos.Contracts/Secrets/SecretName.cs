using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Secrets;

/// <summary>The name of a secret: a letter or <c>_</c>, then letters, digits and <c>_</c>; at most 128 characters, all
/// ASCII. So it can be the name of an environment variable and of a file.</summary>
/// <remarks><see langword="default"/> is no name and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<SecretName>))]
public readonly record struct SecretName : IScalar<SecretName>
{
    private SecretName(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "the name of a secret: a letter or '_', then letters, digits and '_'";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SecretName value)
    {
        var good = ScalarText.Matches(
            text, 128, c => char.IsAsciiLetter(c) || c == '_', c => char.IsAsciiLetterOrDigit(c) || c == '_');
        value = good ? new SecretName(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no name of a secret.</exception>
    public static SecretName Parse(string text) => ScalarText.Require<SecretName>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}
