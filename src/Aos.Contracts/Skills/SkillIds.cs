using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Skills;

/// <summary>The name of a skill: a lower-case letter, then lower-case letters, digits, <c>_</c>, <c>-</c>, <c>.</c>;
/// at most 64 characters.</summary>
/// <remarks><see langword="default"/> is no skill and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<SkillName>))]
public readonly record struct SkillName : IScalar<SkillName>
{
    private SkillName(string value) => Value = value;

    /// <inheritdoc />
    public static string Rule => "a skill name: a lower-case letter, then lower-case letters, digits, '_', '-', '.'";

    /// <inheritdoc />
    public string Value { get; }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SkillName value)
    {
        var good = ScalarText.Matches(text, 64, char.IsAsciiLetterLower,
            c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.');
        value = good ? new SkillName(text!) : default;
        return good;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no skill name.</exception>
    public static SkillName Parse(string text) => ScalarText.Require<SkillName>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}

/// <summary>A semantic version of three numbers and an optional pre-release, ordered as semver.org 2.0.0
/// says.</summary>
[JsonConverter(typeof(ScalarConverter<SkillVersion>))]
public readonly record struct SkillVersion : IScalar<SkillVersion>, IComparable<SkillVersion>
{
    // Every attempt writes it. Null for 0.0.0, so that it equals the default.
    private readonly string? _text;

    /// <summary>Builds a version.</summary>
    public SkillVersion(int major, int minor, int patch, string? preRelease = null)
    {
        (Major, Minor, Patch, PreRelease) = (major, minor, patch, preRelease);
        if ((major, minor, patch, preRelease) != (0, 0, 0, null))
            _text = string.Create(
                CultureInfo.InvariantCulture, $"{major}.{minor}.{patch}{(preRelease is null ? "" : "-")}{preRelease}");
    }

    /// <inheritdoc />
    public static string Rule => "a version such as '1.4.0' or '2.0.0-beta.1'";

    /// <summary>Changes when callers must change.</summary>
    public int Major { get; }

    /// <summary>Changes when something is added.</summary>
    public int Minor { get; }

    /// <summary>Changes when something is mended.</summary>
    public int Patch { get; }

    /// <summary>The part after the hyphen, or null for a release.</summary>
    public string? PreRelease { get; }

    /// <inheritdoc />
    public string Value => _text ?? "0.0.0";

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SkillVersion value)
    {
        value = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64) return false;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var numbers = (dash < 0 ? text : text[..dash]).Split('.');
        var pre = dash < 0 ? null : text[(dash + 1)..];
        if (numbers.Length != 3 || (pre is not null && !IsPreRelease(pre))) return false;
        if (!TryNumber(numbers[0], out var major) || !TryNumber(numbers[1], out var minor)
            || !TryNumber(numbers[2], out var patch)) return false;
        value = new SkillVersion(major, minor, patch, pre);
        return true;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no version.</exception>
    public static SkillVersion Parse(string text) => ScalarText.Require<SkillVersion>(text);

    /// <inheritdoc />
    public int CompareTo(SkillVersion other)
    {
        var byNumber = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return byNumber != 0 ? byNumber : ComparePreRelease(PreRelease, other.PreRelease);
    }

    /// <summary>Whether left comes first.</summary>
    public static bool operator <(SkillVersion left, SkillVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether left comes last.</summary>
    public static bool operator >(SkillVersion left, SkillVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether left does not come last.</summary>
    public static bool operator <=(SkillVersion left, SkillVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether left does not come first.</summary>
    public static bool operator >=(SkillVersion left, SkillVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public override string ToString() => Value;

    internal static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 9 && (text.Length == 1 || text[0] != '0')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsPreRelease(string text)
    {
        foreach (var part in text.Split('.'))
        {
            if (!ScalarText.Matches(part, 32, c => char.IsAsciiLetterOrDigit(c) || c == '-',
                    c => char.IsAsciiLetterOrDigit(c) || c == '-')) return false;
            if (part.All(char.IsAsciiDigit) && part.Length > 1 && part[0] == '0') return false;
        }
        return true;
    }

    // A release comes after its pre-releases; numbers compare as numbers and before words (semver.org, rule 11).
    private static int ComparePreRelease(string? left, string? right)
    {
        if (left is null || right is null) return (left is null ? 1 : 0) - (right is null ? 1 : 0);
        var (a, b) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = ComparePart(a[i], b[i]);
            if (order != 0) return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int ComparePart(string left, string right)
    {
        var (leftIsNumber, rightIsNumber) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
        if (leftIsNumber != rightIsNumber) return leftIsNumber ? -1 : 1;
        return leftIsNumber && left.Length != right.Length
            ? left.Length.CompareTo(right.Length)
            : Math.Sign(string.CompareOrdinal(left, right));
    }
}
