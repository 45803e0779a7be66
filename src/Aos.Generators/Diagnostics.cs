using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Aos.Generators;

/// <summary>What is told to the author of a declaration.</summary>
internal static class Diagnostics
{
    public static readonly DiagnosticDescriptor BadName = Error("AOS001", "The name of a skill breaks its rule",
        "'{0}' is no skill name: a lower-case letter, then lower-case letters, digits, '_', '-', '.', at most 64 in all");

    public static readonly DiagnosticDescriptor BadVersion = Error("AOS002", "The version of a skill breaks its rule",
        "'{0}' is no version: three numbers such as '1.0.0', or a pre-release such as '2.0.0-beta.1'");

    public static readonly DiagnosticDescriptor NoDescription = Error("AOS003", "A skill has no description",
        "The skill '{0}' needs a description by which planners choose it: set Description, or add [Description]");

    public static readonly DiagnosticDescriptor BadParameters = Error("AOS004",
        "The parameters of a skill are not those of a skill",
        "'{0}' must take one input (a record or class), optionally a SkillCall and a CancellationToken, and return its "
        + "result: {1}");

    public static readonly DiagnosticDescriptor NoHandler = Error("AOS005",
        "A skill class does not implement ISkillHandler once",
        "The class '{0}' must implement ISkillHandler<TInput, TOutput> once, or have [Skill] on a method instead");

    public static readonly DiagnosticDescriptor OutOfReach = Error("AOS006",
        "A skill cannot be reached by the generated code",
        "'{0}' must be public or internal, in types that are public or internal, not generic and not abstract");

    public static readonly DiagnosticDescriptor BadType = Error("AOS007", "A type has no JSON form", "{0}: {1}");

    public static readonly DiagnosticDescriptor BadCode = Error("AOS008", "An error code breaks its rule",
        "'{0}' is no error code: capital letters, digits and '_', at most 64, beginning with a letter");

    public static readonly DiagnosticDescriptor Twice = Error("AOS009", "A version of a skill is declared twice",
        "{0} is declared more than once in this project; give one of them another version");

    public static readonly DiagnosticDescriptor SameJsonName = Error("AOS010", "Two members have one JSON name",
        "'{0}' has two members that are '{1}' in JSON; name one by [JsonPropertyName]");

    private static DiagnosticDescriptor Error(string id, string title, string message) => new(id, title, message,
        "Skills", DiagnosticSeverity.Error, isEnabledByDefault: true);
}

/// <summary>A diagnostic without syntax, so that it can be compared and kept.</summary>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, Place Place, string First, string Second)
{
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Place.ToLocation(), First, Second);
}

/// <summary>A place in the source, without the source.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static Place Of(ISymbol symbol)
    {
        var location = symbol.Locations.FirstOrDefault(candidate => candidate.IsInSource);
        return location is null ? new Place("", default, default) : Of(location);
    }

    public static Place Of(Location location) =>
        new(location.GetLineSpan().Path, location.SourceSpan, location.GetLineSpan().Span);

    public Location ToLocation() => Path.Length == 0 ? Location.None : Location.Create(Path, Span, Lines);
}

/// <summary>Collects diagnostics while one declaration is read.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<DiagnosticInfo> _found = [];

    public bool IsEmpty => _found.Count == 0;

    public void Add(DiagnosticDescriptor descriptor, Place place, string first, string second = "") =>
        _found.Add(new DiagnosticInfo(descriptor, place, first, second));

    public EquatableArray<DiagnosticInfo> ToArray() => new([.. _found.Distinct()]);
}
