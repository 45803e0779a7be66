using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Tests.Json;

public sealed class CanonicalJsonTests
{
    // RFC 8785 appendix B: the bits of a double and how it is written.
    public static TheoryData<ulong, string> Rfc8785Numbers => new()
    {
        { 0x0000000000000000, "0" },
        { 0x8000000000000000, "0" },
        { 0x0000000000000001, "5e-324" },
        { 0x8000000000000001, "-5e-324" },
        { 0x7fefffffffffffff, "1.7976931348623157e+308" },
        { 0xffefffffffffffff, "-1.7976931348623157e+308" },
        { 0x4340000000000000, "9007199254740992" },
        { 0xc340000000000000, "-9007199254740992" },
        { 0x4430000000000000, "295147905179352830000" },
        { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
        { 0x44b52d02c7e14af6, "1e+23" },
        { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
        { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
        { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
        { 0x444b1ae4d6e2ef50, "1e+21" },
        { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
        { 0x3eb0c6f7a0b5ed8d, "0.000001" },
        { 0x41b3de4355555553, "333333333.3333332" },
        { 0x41b3de4355555554, "333333333.33333325" },
        { 0x41b3de4355555555, "333333333.3333333" },
        { 0x41b3de4355555556, "333333333.3333334" },
        { 0x41b3de4355555557, "333333333.33333343" },
        { 0xbecbf647612f3696, "-0.0000033333333333333333" },
        { 0x43143ff3c1cb0959, "1424953923781206.2" },
    };

    [Theory]
    [MemberData(nameof(Rfc8785Numbers))]
    public void A_double_is_written_as_rfc_8785_appendix_b_says(ulong bits, string expected)
    {
        var value = JsonElement.Parse(BitConverter.UInt64BitsToDouble(bits).ToString("R"));

        Assert.Equal(expected, Canonical(value));
    }

    [Fact]
    public void The_example_of_rfc_8785_section_3_2_2_has_its_published_form()
    {
        // The first number is the one that a double rounds to; the RFC's own spelling is the next test's.
        const string Text = """
            {
              "numbers": [333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;

        Assert.Equal(
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
            Canonical(Text));
        Assert.Equal(
            "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b333333333333333333"
            + "2e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c753030"
            + "30665c6e4127425c225c5c5c5c5c222f227d",
            Convert.ToHexStringLower(CanonicalJson.ToBytes(JsonElement.Parse(Text))));
    }

    [Fact]
    public void A_number_that_a_double_would_round_keeps_its_value_where_rfc_8785_rounds_it()
    {
        Assert.Equal("333333333.33333329", Canonical("333333333.33333329"));
    }

    [Fact]
    public void Members_are_ordered_as_in_rfc_8785_section_3_2_3()
    {
        const string Text = """
            {
              "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """;

        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
            + "\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
            Canonical(Text));
    }

    [Theory]
    [InlineData("0", "0", "-0", "0.000", "-0.0e5", "0e99999999999999999999999")]
    [InlineData("1", "1.0", "1e0", "10e-1", "0.1E+1", "0.0000000001e10")]
    [InlineData("-1.5", "-1.50", "-15e-1", "-0.15e1", "-0.015e+02", "-150e-2")]
    [InlineData("100000000000000000000", "1e20", "1E+20", "10e19", "100000000000000000000.0", "0.1e21")]
    [InlineData("1e+21", "1e21", "1000000000000000000000", "10e20", "1.000e21", "1000000000000000000000.00")]
    [InlineData("1e-7", "0.0000001", "1E-7", "10e-8", "0.1e-6", "0.00000010")]
    [InlineData("0.000001", "1e-6", "1.0e-06", "10e-7", "0.0000010", "0.00000000000001e8")]
    [InlineData("1.2345678901234567890123e+22", "12345678901234567890123e0", "1.2345678901234567890123e22",
        "1.2345678901234567890123E+22", "12345678901234567890123.0", "123456789012345678901230e-1")]
    public void Spellings_of_one_number_share_bytes(
        string expected, string first, string second, string third, string fourth, string fifth) =>
        Assert.All([first, second, third, fourth, fifth], text => Assert.Equal(expected, Canonical(text)));

    [Theory]
    [InlineData("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("123456789012345678901.5", "123456789012345678901.5")]
    [InlineData("1e400", "1e+400")]
    [InlineData("-12.5e-400", "-1.25e-399")]
    [InlineData("1e99999999999999999999", "1e+99999999999999999999")]
    [InlineData("12e-99999999999999999999", "1.2e-99999999999999999998")]
    [InlineData("1e0000000000000000000000002", "100")]
    [InlineData("1e+9999999999", "1e+9999999999")]
    public void A_number_that_no_double_carries_is_exact(string text, string expected) =>
        Assert.Equal(expected, Canonical(text));

    [Fact]
    public void A_long_number_with_a_huge_exponent_has_the_layout_of_its_value()
    {
        var fraction = new string('0', 2_000) + "1";

        Assert.Equal("0.1", Canonical("0." + fraction + "e2000"));
        Assert.Equal("0.1", Canonical("0." + new string('0', 2_000) + "1e0000000000000000002000"));
        Assert.Equal(
            "1e+" + new string('9', 50),
            Canonical("0." + new string('0', 9) + "1e" + "1" + new string('0', 48) + "09"));
    }

    [Fact]
    public void Strings_have_the_shortest_escapes_and_everything_else_literally()
    {
        Assert.Equal("\"\\b\\t\\n\\f\\r\\\"\\\\/\u007f\\u0000\\u001fé😀\"",
            Canonical(
                "\"\\u0008\\u0009\\u000A\\u000c\\u000D\\u0022\\u005C\\u002f\\u007F\\u0000\\u001F\\u00e9\\ud83D\\uDE00\""));
        Assert.Equal("\"\\b\\t\\n\\f\\r\"", Canonical("\"\\b\\t\\n\\f\\r\""));
        Assert.Equal("{\"\\n\":1,\"a\\\"\":2}", Canonical("{\"\\u0061\\\"\":2,\"\\u000a\":1}"));
    }

    [Fact]
    public void Large_objects_and_deep_values_keep_their_order()
    {
        var names = Enumerable.Range(0, 300).Select(n => $"member-{n:D4}").ToArray();
        var nested = "{\"z\":[{\"y\":{\"b\":1,\"a\":2}}],\"\\u0061\":\"x\\ty\"}";
        var text = "{" + string.Join(" , ", names.Reverse().Select(name => $"\"{name}\" : {nested}")) + "}";

        var expected = "{" + string.Join(',', names.Select(
            name => $"\"{name}\":{{\"a\":\"x\\ty\",\"z\":[{{\"y\":{{\"a\":2,\"b\":1}}}}]}}")) + "}";
        Assert.Equal(expected, Canonical(text));
    }

    [Fact]
    public void A_prefix_sorts_before_the_longer_name_and_equal_beginnings_do_not_matter() =>
        Assert.Equal("{\"\":0,\"a\":1,\"aa\":2,\"ab\":3}", Canonical("{\"ab\":3,\"aa\":2,\"a\":1,\"\":0}"));

    [Fact]
    public void Writing_appends_to_what_the_buffer_holds()
    {
        var output = new ArrayBufferWriter<byte>();

        CanonicalJson.Write(JsonElement.Parse("[ 1 ]"), output);
        CanonicalJson.Write(JsonElement.Parse("{ }"), output);

        Assert.Equal("[1]{}", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void The_digest_is_that_of_the_canonical_bytes()
    {
        var value = JsonElement.Parse("{ \"b\": 2.0, \"a\": 1 }");
        var expected = SHA256.HashData("{\"a\":1,\"b\":2}"u8);
        Span<byte> digest = stackalloc byte[32];

        CanonicalJson.Sha256(value, digest);

        Assert.Equal(expected, digest.ToArray());
        Assert.Equal(Convert.ToHexString(expected).ToLowerInvariant(), CanonicalJson.Sha256Hex(value));
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            CanonicalJson.Sha256Hex(JsonElement.Parse("{}")));
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":2,\"\\u0061\":3}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\ud800\\u0041\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    public void A_value_without_canonical_form_is_refused_and_nothing_is_written(string text)
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.Throws<InvalidOperationException>(() => CanonicalJson.Write(JsonElement.Parse(text), output));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void An_undefined_value_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => CanonicalJson.ToBytes(default));

    [Fact]
    public void A_value_too_deep_for_the_stack_is_refused()
    {
        var deep = JsonElement.Parse(
            new string('[', 5_000) + new string(']', 5_000), new JsonDocumentOptions { MaxDepth = 5_001 });
        Exception? thrown = null;

        var small =
            new Thread(() => thrown = Record.Exception(() => CanonicalJson.ToBytes(deep)), maxStackSize: 192 * 1024);
        small.Start();
        small.Join();

        Assert.IsType<InvalidOperationException>(thrown);
    }

    private static string Canonical(string text) => Canonical(JsonElement.Parse(text));

    private static string Canonical(JsonElement value) => Encoding.UTF8.GetString(CanonicalJson.ToBytes(value));
}
