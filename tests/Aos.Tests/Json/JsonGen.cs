using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;

namespace Aos.Tests.Json;

/// <summary>Random JSON text that keeps the rules of the edge.</summary>
internal static class JsonGen
{
    /// <summary>Numbers that are often near each other, near a change of layout, or beyond a double.</summary>
    public static readonly Gen<string> Number =
        from sign in Gen.OneOf("", "-")
        from whole in Gen.OneOf(
            Gen.OneOf("0", "1", "10", "100", "999999999999999999999", "9007199254740993", "12345678901234567890123"),
            Gen.ULong.Select(number => number.ToString()))
        from fraction in Gen.OneOf("", ".0", ".5", ".50", ".1000000000000000055511151231257827", ".000001")
        from exponent in Gen.OneOf(
            Gen.OneOf("", "", "", "e0", "E+1", "e-1"),
            Gen.Int[-40, 40].Select(size => $"e{size}"),
            Gen.Int[-400, 400].Select(size => $"E{size}"))
        select sign + whole + fraction + exponent;

    public static readonly Gen<string> Text =
        Gen.String[Gen.Char["ab\"\\/\b\t\né€\ufb33\0"], 0, 6].Select(
            text => JsonSerializer.Serialize(text, TestJson.Default.String));

    public static readonly Gen<string> Value = Gen.Recursive<string>((depth, inner) =>
    {
        var leaf = Gen.OneOf(Number, Text, Gen.OneOf("null", "true", "false"));
        return depth >= 4
            ? leaf
            : Gen.OneOf(leaf, inner.Array[0, 4].Select(items => "[" + string.Join(" , ", items) + "]"), Object(inner));
    });

    private static Gen<string> Object(Gen<string> value) =>
        from names in Text.HashSet[0, 4]
        from values in value.Array[names.Count]
        select "{" + string.Join(",", names.Zip(values, (name, item) => name + ":" + item)) + "}";
}

[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
