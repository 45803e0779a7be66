using Microsoft.CodeAnalysis;

namespace Aos.Generators.Types;

/// <summary>Reads types into shapes. One instance for the types of one skill.</summary>
internal sealed class TypeReader(DiagnosticBag diagnostics, Place place)
{
    private const string JsonName = "System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute";
    private readonly Dictionary<string, TypeShape> _named = [];
    private readonly List<ObjectShape> _open = [];

    /// <summary>The enumerations and objects that were met, in order.</summary>
    public IEnumerable<TypeShape> Named => _named.Values;

    /// <summary>Reads a type where it is used; null where it has no JSON form, which is then told.</summary>
    public TypeUse? Read(ITypeSymbol type, string path)
    {
        var isNullableValue = type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        var bare = isNullableValue ? ((INamedTypeSymbol)type).TypeArguments[0] : type;
        var isNullable = isNullableValue
            || (!type.IsValueType && type.NullableAnnotation == NullableAnnotation.Annotated);
        var shape = ReadBare(bare, path);
        return shape is null ? null : new TypeUse(shape, isNullable, isNullableValue);
    }

    /// <summary>Says that a type cannot be read.</summary>
    public TypeShape? Refuse(string path, string why)
    {
        diagnostics.Add(Diagnostics.BadType, place, path, why);
        return null;
    }

    private TypeShape? ReadBare(ITypeSymbol type, string path)
    {
        if (ScalarTypes.Find(type) is { } scalar) return scalar;
        var name = NameOf(type);
        if (_named.TryGetValue(name, out var known))
        {
            MarkRecursive(known);
            return known;
        }
        return type switch
        {
            { TypeKind: TypeKind.Enum } => ReadEnum((INamedTypeSymbol)type, name),
            IArrayTypeSymbol { Rank: 1 } array => ReadList(array.ElementType, name, "{0}.ToArray()", path),
            INamedTypeSymbol { IsGenericType: true } generic => ReadGeneric(generic, name, path),
            INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false } named
                when !IsOfFramework(named) => ReadObject(named, name, path),
            _ => Refuse(path, $"'{type.ToDisplayString()}' has no JSON form; use a record, a list, a dictionary by "
                + "string, an enumeration, a string, a number, a boolean, Guid, DateTimeOffset, DateOnly, Uri or "
                + "JsonElement"),
        };
    }

    private TypeShape? ReadGeneric(INamedTypeSymbol type, string name, string path)
    {
        switch (type.ConstructedFrom.ToDisplayString())
        {
            case "System.Collections.Generic.List<T>" or "System.Collections.Generic.IReadOnlyList<T>"
                or "System.Collections.Generic.IList<T>" or "System.Collections.Generic.IReadOnlyCollection<T>"
                or "System.Collections.Generic.IEnumerable<T>":
                return ReadList(type.TypeArguments[0], name, "{0}", path);
            case "System.Collections.Immutable.ImmutableArray<T>":
                return ReadList(type.TypeArguments[0], name,
                    "global::System.Collections.Immutable.ImmutableArray.ToImmutableArray({0})", path);
            case "Aos.Contracts.Values.ValueList<T>":
                return ReadList(type.TypeArguments[0], name, "global::Aos.Contracts.Values.ValueList.From({0})", path);
            case "System.Collections.Generic.Dictionary<TKey, TValue>"
                or "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>"
                or "System.Collections.Generic.IDictionary<TKey, TValue>":
                if (type.TypeArguments[0].SpecialType != SpecialType.System_String)
                    return Refuse(path, "the keys of a dictionary are strings");
                return Read(type.TypeArguments[1], path + ".*") is { } value ? new DictionaryShape(name, value) : null;
            default:
                return Refuse(path, $"the generic type '{type.ToDisplayString()}' has no JSON form; use a list, a "
                    + "dictionary by string, or a record of its own");
        }
    }

    private ListShape? ReadList(ITypeSymbol item, string name, string convert, string path) =>
        Read(item, path + "[]") is { } use ? new ListShape(name, use, convert) : null;

    private EnumShape ReadEnum(INamedTypeSymbol type, string name)
    {
        var shape = new EnumShape(name, _named.Count);
        _named.Add(name, shape);
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>().Where(field => field.IsConst))
        {
            shape.Members.Add((field.Name, Attributes.Text(field, JsonName) ?? Names.SnakeCase(field.Name)));
            shape.Values[field.Name] = field.ConstantValue;
        }
        return shape;
    }

    private ObjectShape ReadObject(INamedTypeSymbol type, string name, string path)
    {
        var shape = new ObjectShape(name, type.Name, _named.Count)
        {
            Description = Attributes.Description(type),
            IsValueType = type.IsValueType,
        };
        _named.Add(name, shape);
        _open.Add(shape);
        new MemberReader(this, diagnostics, place).Read(type, shape, path);
        _open.RemoveAt(_open.Count - 1);
        return shape;
    }

    // The members of the framework's types are not meant as data: TimeSpan would be an object of sixteen members.
    private static bool IsOfFramework(INamedTypeSymbol type)
    {
        var root = type.ContainingNamespace;
        while (root is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            root = root.ContainingNamespace;
        return root?.Name == "System";
    }

    private void MarkRecursive(TypeShape shape)
    {
        var from = _open.FindIndex(open => ReferenceEquals(open, shape));
        if (from >= 0) _open[from].IsRecursive = true;
    }

    private static string NameOf(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
}
