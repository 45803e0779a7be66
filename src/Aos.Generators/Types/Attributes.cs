using Microsoft.CodeAnalysis;

namespace Aos.Generators.Types;

/// <summary>Reads attributes by their full names.</summary>
internal static class Attributes
{
    /// <summary>Whether one of the symbols has an attribute.</summary>
    public static bool Has(IEnumerable<ISymbol> symbols, string attribute) =>
        symbols.Any(symbol => Find(symbol, attribute) is not null);

    /// <summary>An attribute; null where there is none.</summary>
    public static AttributeData? Find(ISymbol symbol, string attribute) => symbol.GetAttributes()
        .FirstOrDefault(data => data.AttributeClass?.ToDisplayString() == attribute);

    /// <summary>The first argument of an attribute, as text.</summary>
    public static string? Text(ISymbol symbol, string attribute) =>
        Find(symbol, attribute) is { ConstructorArguments: { Length: > 0 } arguments }
            ? arguments[0].Value as string
            : null;

    /// <summary>What <c>[Description]</c> says.</summary>
    public static string? Description(ISymbol symbol) => Text(symbol, "System.ComponentModel.DescriptionAttribute");

    /// <summary>A named argument; null where it is not given.</summary>
    public static object? Named(AttributeData attribute, string name) =>
        Constant(attribute, name) is { Kind: not TypedConstantKind.Array } constant ? constant.Value : null;

    /// <summary>A named argument that is a list of texts.</summary>
    public static IEnumerable<string> NamedTexts(AttributeData attribute, string name) =>
        Constant(attribute, name) is { Kind: TypedConstantKind.Array, IsNull: false } list
            ? list.Values.Select(value => value.Value as string).OfType<string>()
            : [];

    private static TypedConstant Constant(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value;
}
