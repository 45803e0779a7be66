using Microsoft.CodeAnalysis;

namespace Aos.Generators.Types;

/// <summary>The types that are one JSON value.</summary>
internal static class ScalarTypes
{
    private const string Json = "global::Aos.Abstractions.Skills.SkillJson";

    /// <summary>The shape of a scalar type; null where it is none.</summary>
    public static ScalarShape? Find(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => Text("string", $"{Json}.ReadString({{0}})", "writer.WriteStringValue({0});"),
        SpecialType.System_Boolean => new("bool", [("type", "\"boolean\"")], $"{Json}.ReadBoolean({{0}})",
            "writer.WriteBooleanValue({0});"),
        SpecialType.System_SByte => Whole("sbyte", "-128", "127"),
        SpecialType.System_Byte => Whole("byte", "0", "255"),
        SpecialType.System_Int16 => Whole("short", "-32768", "32767"),
        SpecialType.System_UInt16 => Whole("ushort", "0", "65535"),
        SpecialType.System_Int32 => Whole("int", "-2147483648", "2147483647"),
        SpecialType.System_UInt32 => Whole("uint", "0", "4294967295"),
        SpecialType.System_Int64 => Whole("long", "-9223372036854775808", "9223372036854775807"),
        SpecialType.System_Single => Number("float", $"(float){Json}.ReadDouble({{0}})"),
        SpecialType.System_Double => Number("double", $"{Json}.ReadDouble({{0}})"),
        SpecialType.System_Decimal => Number("decimal", $"{Json}.ReadDecimal({{0}})"),
        _ => FindNamed(type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)),
    };

    private static ScalarShape? FindNamed(string name) => name switch
    {
        "global::System.Guid" => Text(name, $"{Json}.ReadGuid({{0}})", "writer.WriteStringValue({0});", "uuid"),
        "global::System.DateTimeOffset" =>
            Text(name, $"{Json}.ReadDateTimeOffset({{0}})", "writer.WriteStringValue({0});", "date-time"),
        "global::System.DateOnly" => Text(name, $"{Json}.ReadDateOnly({{0}})",
            "writer.WriteStringValue({0}.ToString("
            + "\"yyyy-MM-dd\", global::System.Globalization.CultureInfo.InvariantCulture));", "date"),
        "global::System.Uri" =>
            Text(name, $"{Json}.ReadUri({{0}})", "writer.WriteStringValue({0}.OriginalString);", "uri"),
        "global::System.Text.Json.JsonElement" => new(name, [], "{0}", "{0}.WriteTo(writer);"),
        "global::Aos.Contracts.Values.Payload" => new(name, [], "global::Aos.Contracts.Values.Payload.FromElement({0})",
            $"{Json}.Write(writer, {{0}});"),
        _ => null,
    };

    private static ScalarShape Text(string name, string read, string write, string? format = null) => new(name,
        format is null ? [("type", "\"string\"")] : [("type", "\"string\""), ("format", $"\"{format}\"")], read, write);

    private static ScalarShape Whole(string name, string min, string max) => new(name,
        [("type", "\"integer\""), ("minimum", min), ("maximum", max)],
        $"({name}){Json}.ReadInteger({{0}}, {name}.MinValue, {name}.MaxValue)", "writer.WriteNumberValue({0});");

    private static ScalarShape Number(string name, string read) =>
        new(name, [("type", "\"number\"")], read, "writer.WriteNumberValue({0});");
}
