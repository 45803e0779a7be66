using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Aos.Generators.Types;

/// <summary>Reads the members of a record or class: how each is called, constrained and set.</summary>
internal sealed class MemberReader(TypeReader types, DiagnosticBag diagnostics, Place place)
{
    private const string Serialization = "System.Text.Json.Serialization.";

    /// <summary>Fills a shape.</summary>
    public void Read(INamedTypeSymbol type, ObjectShape shape, string path)
    {
        if (!IsReachable(type))
        {
            types.Refuse(path, $"'{type.ToDisplayString()}' must be public or internal");
            return;
        }
        var constructor = ChooseConstructor(type);
        if (constructor is null)
        {
            types.Refuse(path, $"'{type.ToDisplayString()}' needs one constructor that the project can call, and only "
                + "parameters that are properties too");
            return;
        }
        var properties = Properties(type);
        foreach (var property in properties) ReadMember(property, constructor, shape, path);
        var twice = shape.Members.GroupBy(member => member.JsonName).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) diagnostics.Add(Diagnostics.SameJsonName, place, type.ToDisplayString(), twice.Key);
    }

    private void ReadMember(IPropertySymbol property, IMethodSymbol constructor, ObjectShape shape, string path)
    {
        var parameter = constructor.Parameters.FirstOrDefault(candidate =>
            string.Equals(candidate.Name, property.Name, StringComparison.OrdinalIgnoreCase));
        ISymbol[] sources = parameter is null ? [property] : [property, parameter];
        if (Attributes.Has(sources, Serialization + "JsonIgnoreAttribute") && parameter is null) return;
        var jsonName = sources.Select(source => Attributes.Text(source, Serialization + "JsonPropertyNameAttribute"))
            .FirstOrDefault(text => text is not null) ?? Names.SnakeCase(property.Name);
        if (types.Read(property.Type, $"{path}.{property.Name}") is not { } use) return;
        var hasDefault = parameter is { HasExplicitDefaultValue: true };
        shape.Members.Add(new MemberShape(property.Name, jsonName, use)
        {
            Source = SourceOf(property, parameter),
            ParameterName = parameter?.Name,
            DeclaringType = property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            IsRequired = !use.IsNullable && (parameter is null ? property.IsRequired : !hasDefault),
            DefaultCode = hasDefault ? Default(parameter!, use, asJson: false) : null,
            DefaultJson = hasDefault ? Default(parameter!, use, asJson: true) : null,
            Description = sources.Select(Attributes.Description).FirstOrDefault(text => text is not null),
            Constraints = ConstraintReader.Read(sources, use.Shape),
        });
    }

    private static MemberSource SourceOf(IPropertySymbol property, IParameterSymbol? parameter) => property switch
    {
        _ when parameter is not null => MemberSource.Parameter,
        { SetMethod: null } => MemberSource.None,
        { SetMethod.DeclaredAccessibility: Accessibility.Private or Accessibility.Protected } => MemberSource.None,
        { IsRequired: true } => MemberSource.Initializer,
        { SetMethod.IsInitOnly: true } => MemberSource.InitAccessor,
        _ => MemberSource.Setter,
    };

    // A constructor of a record's copy is not for callers; of the others, the one that takes most is the fullest.
    private static IMethodSymbol? ChooseConstructor(INamedTypeSymbol type)
    {
        var properties = Properties(type);
        return type.InstanceConstructors
            .Where(candidate => IsReachable(candidate.DeclaredAccessibility) && !IsCopy(candidate, type))
            .Where(candidate => candidate.Parameters.All(parameter => parameter.RefKind == RefKind.None
                && properties.Any(property =>
                    string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase)
                    && SymbolEqualityComparer.IncludeNullability.Equals(property.Type, parameter.Type))))
            .OrderByDescending(candidate => candidate.Parameters.Length)
            .FirstOrDefault();
    }

    private static bool IsCopy(IMethodSymbol constructor, INamedTypeSymbol type) => type.IsRecord
        && constructor.Parameters.Length == 1
        && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, type);

    // Base classes first, as their author wrote them; an overriding property counts once.
    private static List<IPropertySymbol> Properties(INamedTypeSymbol type)
    {
        var chain = new Stack<INamedTypeSymbol>();
        for (var level = type; level is { SpecialType: SpecialType.None }; level = level.BaseType!) chain.Push(level);
        var found = new List<IPropertySymbol>();
        foreach (var property in chain.SelectMany(level => level.GetMembers().OfType<IPropertySymbol>()))
        {
            if (property is not { IsStatic: false, IsIndexer: false, GetMethod: not null }
                || !IsReachable(property.DeclaredAccessibility)) continue;
            found.RemoveAll(earlier => earlier.Name == property.Name);
            found.Add(property);
        }
        return found;
    }

    private static string? Default(IParameterSymbol parameter, TypeUse use, bool asJson)
    {
        var value = parameter.ExplicitDefaultValue;
        if (value is null) return asJson ? null : "default";
        if (use.Shape is EnumShape shape)
        {
            var member = ((INamedTypeSymbol)UnwrapNullable(parameter.Type)).GetMembers().OfType<IFieldSymbol>()
                .FirstOrDefault(field => field.IsConst && Equals(field.ConstantValue, value));
            if (member is null) return asJson ? null : $"({shape.FullName})({value})";
            return asJson
                ? Literals.Json(shape.Members.First(candidate => candidate.Name == member.Name).Json)
                : $"{shape.FullName}.{member.Name}";
        }
        if (asJson) return Literals.Json(value);
        return SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false)
            + (value is decimal ? "m" : value is float ? "f" : value is double ? "d" : "");
    }

    private static ITypeSymbol UnwrapNullable(ITypeSymbol type) =>
        type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
            ? ((INamedTypeSymbol)type).TypeArguments[0]
            : type;

    private static bool IsReachable(INamedTypeSymbol type)
    {
        for (var outer = type; outer is not null; outer = outer.ContainingType)
            if (!IsReachable(outer.DeclaredAccessibility)) return false;
        return true;
    }

    private static bool IsReachable(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;
}
