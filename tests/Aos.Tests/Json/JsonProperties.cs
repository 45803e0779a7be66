using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Json;
using CsCheck;

namespace Aos.Tests.Json;

public sealed class JsonProperties
{
    private static readonly string[] Documents =
    [
        """{"a":[1,-2.5e3,{"b":null,"ü😀":"\u00e9\ud83d\ude00"}],"c":{"d":[true,false,[[]]]},"":"x\n"}""",
        """[{"id":"fetch","input":{"url":"https://api.example.com","n":12345678901234567890123}},"\\",0.1]""",
    ];

    // Bytes that matter to a JSON parser come often, the rest seldom.
    private static readonly Gen<byte> Bytes = Gen.Frequency(
        (4, Gen.OneOf("{}[]:,\"\\u0123456789abcdefDdeE+-.truefalsn /*\t\n"u8.ToArray())),
        (1, Gen.Byte));

    [Fact]
    public void Random_bytes_never_make_the_parser_throw() =>
        Bytes.Array[0, 40].Sample(AssertAgreesWithTheFramework, iter: 5_000);

    [Fact]
    public void Mutated_documents_never_make_the_parser_throw() =>
        (from document in Gen.OneOf(Documents)
         from edits in Gen.Select(Gen.Int[0, 200], Bytes, Gen.Int[0, 2]).Array[1, 5]
         select Mutate(Encoding.UTF8.GetBytes(document), edits))
        .Sample(AssertAgreesWithTheFramework, iter: 5_000);

    [Fact]
    public void Canonical_bytes_are_a_fixed_point() => JsonGen.Value.Sample(text =>
    {
        var once = CanonicalJson.ToBytes(JsonElement.Parse(text));
        Assert.Equal(once, CanonicalJson.ToBytes(JsonElement.Parse(once)));
    }, iter: 1_000);

    [Fact]
    public void The_order_and_the_spelling_of_members_do_not_matter() => (
        from names in Gen.String[Gen.Char["ab\u00e9\ufb33\u20ac/\"~\t"], 0, 4].HashSet[0, 8]
        from shuffled in Gen.Shuffle(names.ToArray())
        select (names.ToArray(), shuffled)).Sample(pair =>
    {
        var (names, shuffled) = pair;
        var plain = "{"
            + string.Join(
                ',', names.Select(name => JsonSerializer.Serialize(name, TestJson.Default.String) + ":1")) + "}";
        var escaped = "{ " + string.Join(" , ", shuffled.Select(name => "\"" + EscapeAll(name) + "\" : 1.0")) + " }";
        Assert.Equal(
            CanonicalJson.ToBytes(JsonElement.Parse(plain)), CanonicalJson.ToBytes(JsonElement.Parse(escaped)));
    }, iter: 1_000);

    [Fact]
    public void Numbers_share_bytes_exactly_if_their_values_are_equal() =>
        Gen.Select(JsonGen.Number, JsonGen.Number).Sample((left, right) =>
        {
            var sameBytes = CanonicalJson.ToBytes(JsonElement.Parse(left)).AsSpan()
                .SequenceEqual(CanonicalJson.ToBytes(JsonElement.Parse(right)));
            Assert.Equal(Scaled(left) == Scaled(right), sameBytes);
        }, iter: 5_000);

    [Fact]
    public void The_canonical_form_of_a_number_has_its_value() => JsonGen.Number.Sample(text =>
        Assert.Equal(Scaled(text), Scaled(Encoding.UTF8.GetString(CanonicalJson.ToBytes(JsonElement.Parse(text))))),
        iter: 5_000);

    [Fact]
    public void Pointers_read_back_as_written() => Gen.String[Gen.Char["a~/01"], 0, 5].Array[0, 5].Sample(tokens =>
    {
        var built = tokens.Aggregate(JsonPointer.Root, (pointer, token) => pointer.Append(token));
        Assert.True(JsonPointer.TryParse(built.ToString(), out var read));
        Assert.Equal(built, read);
        Assert.Equal(tokens, read.Tokens());
    }, iter: 1_000);

    // What is accepted is what the framework accepts under the same limits, and can be used without surprise.
    private static void AssertAgreesWithTheFramework(byte[] utf8)
    {
        var result = StrictJson.Parse(utf8, JsonLimits.Default);
        if (result is JsonReadResult.Read read)
        {
            CanonicalJson.Write(read.Value, new ArrayBufferWriter<byte>());
            return;
        }

        var problem = ((JsonReadResult.Refused)result).Problem;
        Assert.True(JsonPointer.TryParse(problem.Pointer, out _));
        Assert.InRange(problem.Line, 1, utf8.Length + 1);
        Assert.InRange(problem.Column, 1, utf8.Length + 1);
        if (problem.Code is not (JsonProblemCodes.Syntax or JsonProblemCodes.TrailingData or JsonProblemCodes.Comment
            or JsonProblemCodes.Empty))
            return;
        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(utf8));
    }

    private static byte[] Mutate(byte[] document, (int At, byte Value, int Kind)[] edits)
    {
        var bytes = document.ToList();
        foreach (var (at, value, kind) in edits)
        {
            var place = at % (bytes.Count + 1);
            if (kind == 0 || place == bytes.Count)
                bytes.Insert(place, value);
            else if (kind == 1)
                bytes.RemoveAt(place);
            else
                bytes[place] = value;
        }

        return [.. bytes];
    }

    private static string EscapeAll(string text) => string.Concat(text.Select(unit => $"\\u{(int)unit:x4}"));

    // The value times 10^700, as an integer: exact for every number that the generator makes.
    private static BigInteger Scaled(string text)
    {
        var parts = text.ToLowerInvariant().Split('e');
        var exponent = parts.Length > 1 ? int.Parse(parts[1]) : 0;
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? 0 : parts[0].Length - dot - 1;
        return BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal))
            * BigInteger.Pow(10, 700 + exponent - fraction);
    }
}
