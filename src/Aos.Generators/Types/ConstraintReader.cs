using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Aos.Generators.Types;

/// <summary>Turns the framework's validation attributes into members of a schema.</summary>
internal static class ConstraintReader
{
    private const string Annotations = "System.ComponentModel.DataAnnotations.";

    /// <summary>The members, in the order of the attributes.</summary>
    public static List<(string Key, string Json)> Read(IEnumerable<ISymbol> sources, TypeShape shape)
    {
        var schema = new List<(string Key, string Json)>();
        foreach (var attribute in sources.SelectMany(source => source.GetAttributes()))
        {
            var name = attribute.AttributeClass?.ToDisplayString() ?? "";
            if (name.StartsWith(Annotations, StringComparison.Ordinal))
                Append(schema, name.Substring(Annotations.Length), attribute, shape);
        }
        return schema;
    }

    private static void Append(
        List<(string Key, string Json)> schema, string name, AttributeData attribute, TypeShape shape)
    {
        var arguments = attribute.ConstructorArguments;
        switch (name)
        {
            case "RangeAttribute" when arguments.Length >= 2:
                // The first of three arguments is the type that the texts of the bounds are of.
                var first = arguments.Length - 2;
                Bound(schema, "inimum", arguments[first].Value, Attributes.Named(attribute, "MinimumIsExclusive"));
                Bound(schema, "aximum", arguments[first + 1].Value, Attributes.Named(attribute, "MaximumIsExclusive"));
                break;
            case "StringLengthAttribute":
                if (Attributes.Named(attribute, "MinimumLength") is int least) Length(schema, "min", least, shape);
                Length(schema, "max", arguments[0].Value, shape);
                break;
            case "MinLengthAttribute":
                Length(schema, "min", arguments[0].Value, shape);
                break;
            case "MaxLengthAttribute" when arguments.Length == 1:
                Length(schema, "max", arguments[0].Value, shape);
                break;
            case "LengthAttribute":
                Length(schema, "min", arguments[0].Value, shape);
                Length(schema, "max", arguments[1].Value, shape);
                break;
            case "RegularExpressionAttribute":
                // The framework wants the whole text to match; a schema is content with a part.
                schema.Add(("pattern", Literals.Json($"^(?:{arguments[0].Value})$")));
                break;
            case "EmailAddressAttribute":
                schema.Add(("format", "\"email\""));
                break;
            case "UrlAttribute":
                schema.Add(("format", "\"uri\""));
                break;
        }
    }

    private static void Bound(List<(string Key, string Json)> schema, string bound, object? value, object? isExclusive)
    {
        var text = value switch
        {
            string given when decimal.TryParse(
                given, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) => Literals.Json(exact),
            int or double => Literals.Json(value),
            _ => null,
        };
        if (text is not null) schema.Add(((isExclusive is true ? "exclusiveM" : "m") + bound, text));
    }

    private static void Length(List<(string Key, string Json)> schema, string which, object? value, TypeShape shape) =>
        schema.Add((which + shape switch
        {
            ListShape => "Items",
            DictionaryShape => "Properties",
            _ => "Length",
        }, Literals.Json(value)));
}
