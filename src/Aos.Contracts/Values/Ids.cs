using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>The identity of a run: <c>run_</c> and 8 to 40 lower-case letters and digits.</summary>
/// <remarks>Drawn once by the shell, or derived from an idempotency key. <see langword="default"/> is no run and has
/// a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<RunId>))]
public readonly record struct RunId : IScalar<RunId>
{
    private RunId(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a run id: 'run_' and 8 to 40 lower-case letters and digits";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId value)
    {
        var good = text is not null && text.StartsWith("run_", StringComparison.Ordinal)
            && text.Length is >= 12 and <= 44
            && ScalarText.Matches(text[4..], 40, IsIdCharacter, IsIdCharacter);
        value = good ? new RunId(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no run id.</exception>
    public static RunId Parse(string text) => ScalarText.Require<RunId>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";

    private static bool IsIdCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}

/// <summary>The name of a step within its plan: a letter or underscore, then letters, digits and underscores; at most
/// 64 characters.</summary>
/// <remarks><see langword="default"/> is no step and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<StepId>))]
public readonly record struct StepId : IScalar<StepId>
{
    private StepId(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a step id: a letter or '_', then letters, digits or '_', at most 64 in all";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out StepId value)
    {
        var good = ScalarText.Matches(text, 64,
            c => char.IsAsciiLetter(c) || c == '_', c => char.IsAsciiLetterOrDigit(c) || c == '_');
        value = good ? new StepId(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no step id.</exception>
    public static StepId Parse(string text) => ScalarText.Require<StepId>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}

/// <summary>The name of a signal that a run can wait for: letters, digits and <c>_ . : -</c>, at most 128
/// characters.</summary>
/// <remarks><see langword="default"/> is no signal and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<SignalName>))]
public readonly record struct SignalName : IScalar<SignalName>
{
    private SignalName(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a signal name: letters, digits, '_', '.', ':' or '-', at most 128 in all";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SignalName value)
    {
        var good = ScalarText.Matches(text, 128, IsNameCharacter, IsNameCharacter);
        value = good ? new SignalName(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no signal name.</exception>
    public static SignalName Parse(string text) => ScalarText.Require<SignalName>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-';
}

/// <summary>The identity of an approval request: <c>apr_</c> and 16 to 64 lower-case letters and digits.</summary>
/// <remarks>Derived from run, step, item and the digest of the input, so that a replay asks for the same one.</remarks>
[JsonConverter(typeof(ScalarConverter<ApprovalId>))]
public readonly record struct ApprovalId : IScalar<ApprovalId>
{
    private ApprovalId(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "an approval id: 'apr_' and 16 to 64 lower-case letters and digits";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out ApprovalId value)
    {
        var good = text is not null && text.StartsWith("apr_", StringComparison.Ordinal)
            && text.Length is >= 20 and <= 68
            && ScalarText.Matches(text[4..], 64, IsIdCharacter, IsIdCharacter);
        value = good ? new ApprovalId(text!) : default;
        return good;
    }

    /// <inheritdoc />
    public override string ToString() => Value ?? "";

    private static bool IsIdCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}

/// <summary>The SHA-256 of some bytes, as <c>sha256:</c> and 64 hexadecimal digits in lower case.</summary>
/// <remarks><see langword="default"/> is no digest and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<Digest>))]
public readonly record struct Digest : IScalar<Digest>
{
    private const string Prefix = "sha256:";

    private Digest(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a digest: 'sha256:' and 64 lower-case hexadecimal digits";

    /// <inheritdoc />
    public string Value { get; }

    /// <summary>The digits alone.</summary>
    public ReadOnlySpan<char> Hex => Value.AsSpan(Prefix.Length);

    /// <summary>The digest of <paramref name="bytes"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(bytes, hash);
        return FromHash(hash);
    }

    /// <summary>Wraps a hash of 32 bytes.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, 32);
        return new Digest(string.Concat(Prefix, Convert.ToHexStringLower(hash)));
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest value)
    {
        var good = text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal)
            && ScalarText.Matches(text[Prefix.Length..], 64, char.IsAsciiHexDigitLower, char.IsAsciiHexDigitLower);
        value = good ? new Digest(text!) : default;
        return good;
    }

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}
