using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Skills;

/// <summary>Which versions of a skill will do: <c>1</c> (any 1.x), <c>1.4</c> (any 1.4.x), <c>1.4.0</c> (that one),
/// <c>^1.4.0</c> (up to the next major), <c>~1.4.0</c> (up to the next minor), <c>*</c> (any), or bounds that must all
/// hold, as in <c>&gt;=1.2.0 &lt;2.0.0</c>.</summary>
/// <remarks>A pre-release is chosen only where the range names one. <see langword="default"/> is <c>*</c>.</remarks>
[JsonConverter(typeof(ScalarConverter<VersionRange>))]
public readonly record struct VersionRange : IScalar<VersionRange>
{
    private readonly string? _text;
    private readonly ValueList<Bound> _bounds;

    private VersionRange(string text, ValueList<Bound> bounds)
    {
        _text = text;
        _bounds = bounds;
    }

    /// <inheritdoc />
    public static string Rule =>
        "a version range such as '1', '1.4', '1.4.0', '^1.4.0', '~1.4.0', '*' or '>=1.2.0 <2.0.0'";

    /// <summary>Any version.</summary>
    public static VersionRange Any => default;

    /// <inheritdoc />
    public string Value => _text ?? "*";

    /// <summary>The range that holds only one version.</summary>
    public static VersionRange Exactly(SkillVersion version) =>
        new(version.Value, [new Bound(Comparison.Equal, version)]);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out VersionRange value)
    {
        value = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 128) return false;
        if (text == "*") return true;
        ValueList<Bound> bounds = [];
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (!TryAdd(part, ref bounds)) return false;
        value = new VersionRange(text, bounds);
        return true;
    }

    /// <summary>Whether a version lies in the range.</summary>
    public bool Contains(SkillVersion version)
    {
        var namesPreRelease = false;
        foreach (var bound in _bounds)
        {
            if (!bound.Holds(version)) return false;
            namesPreRelease |= bound.Version.PreRelease is not null;
        }
        return version.PreRelease is null || namesPreRelease;
    }

    /// <inheritdoc />
    public override string ToString() => Value;

    private static bool TryAdd(string part, ref ValueList<Bound> bounds)
    {
        var operatorLength = part.TakeWhile(c => c is '<' or '>' or '=' or '^' or '~').Count();
        var (symbol, rest) = (part[..operatorLength], part[operatorLength..]);
        if (symbol.Length == 0) return TryAddPrefix(rest, ref bounds);
        if (!SkillVersion.TryParse(rest, out var version)) return false;
        switch (symbol)
        {
            case ">=": bounds = bounds.Add(new Bound(Comparison.AtLeast, version)); return true;
            case ">": bounds = bounds.Add(new Bound(Comparison.Above, version)); return true;
            case "<": bounds = bounds.Add(new Bound(Comparison.Below, version)); return true;
            case "<=": bounds = bounds.Add(new Bound(Comparison.AtMost, version)); return true;
            case "=": bounds = bounds.Add(new Bound(Comparison.Equal, version)); return true;
            case "^": bounds = Between(bounds, version, NextIncompatible(version)); return true;
            case "~":
                bounds = Between(bounds, version, new SkillVersion(version.Major, version.Minor + 1, 0)); return true;
            default: return false;
        }
    }

    private static bool TryAddPrefix(string text, ref ValueList<Bound> bounds)
    {
        if (SkillVersion.TryParse(text, out var exact))
        {
            bounds = bounds.Add(new Bound(Comparison.Equal, exact));
            return true;
        }
        var numbers = text.Split('.');
        if (!SkillVersion.TryNumber(numbers[0], out var major)) return false;
        if (numbers.Length == 1)
        {
            bounds = Between(bounds, new SkillVersion(major, 0, 0), new SkillVersion(major + 1, 0, 0));
            return true;
        }
        if (numbers.Length != 2 || !SkillVersion.TryNumber(numbers[1], out var minor)) return false;
        bounds = Between(bounds, new SkillVersion(major, minor, 0), new SkillVersion(major, minor + 1, 0));
        return true;
    }

    // Below 1.0.0 each minor may break, below 0.1.0 each patch.
    private static SkillVersion NextIncompatible(SkillVersion v) => v switch
    {
        { Major: > 0 } => new SkillVersion(v.Major + 1, 0, 0),
        { Minor: > 0 } => new SkillVersion(0, v.Minor + 1, 0),
        _ => new SkillVersion(0, 0, v.Patch + 1),
    };

    private static ValueList<Bound> Between(ValueList<Bound> bounds, SkillVersion from, SkillVersion below) =>
        bounds.Add(new Bound(Comparison.AtLeast, from)).Add(new Bound(Comparison.Below, below));

    private enum Comparison { Equal, AtLeast, Above, Below, AtMost }

    private readonly record struct Bound(Comparison Comparison, SkillVersion Version)
    {
        public bool Holds(SkillVersion candidate) => Comparison switch
        {
            Comparison.Equal => candidate == Version,
            Comparison.AtLeast => candidate >= Version,
            Comparison.Above => candidate > Version,
            // A pre-release of the excluded version is excluded too: 2.0.0-beta is no 1.x.
            Comparison.Below => candidate < Version
                && !(candidate.PreRelease is not null && Version.PreRelease is null && SameNumbers(candidate)),
            _ => candidate <= Version,
        };

        private bool SameNumbers(SkillVersion other) =>
            (other.Major, other.Minor, other.Patch) == (Version.Major, Version.Minor, Version.Patch);
    }
}

/// <summary>A skill and the versions that will do, as a plan or a profile names it: <c>http_call@1</c>, or the name
/// alone for any version.</summary>
[JsonConverter(typeof(ScalarConverter<SkillRef>))]
public readonly record struct SkillRef : IScalar<SkillRef>
{
    /// <summary>Names a skill.</summary>
    public SkillRef(SkillName name, VersionRange range) => (Name, Range) = (name, range);

    /// <inheritdoc />
    public static string Rule => "a skill reference such as 'http_call@1' or 'http_call@^1.2.0'";

    /// <summary>The skill.</summary>
    public SkillName Name { get; }

    /// <summary>The versions that will do.</summary>
    public VersionRange Range { get; }

    /// <inheritdoc />
    public string Value => Range.Value == "*" ? Name.Value : $"{Name.Value}@{Range.Value}";

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SkillRef value)
    {
        value = default;
        if (text is null) return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var range = VersionRange.Any;
        if (!SkillName.TryParse(at < 0 ? text : text[..at], out var name)) return false;
        if (at >= 0 && !VersionRange.TryParse(text[(at + 1)..], out range)) return false;
        value = new SkillRef(name, range);
        return true;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no skill reference.</exception>
    public static SkillRef Parse(string text) => ScalarText.Require<SkillRef>(text);

    /// <summary>Whether this reference accepts a skill in a version.</summary>
    public bool Accepts(SkillName name, SkillVersion version) => Name == name && Range.Contains(version);

    /// <inheritdoc />
    public override string ToString() => Value;
}
