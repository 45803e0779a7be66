using System.Text;
using Aos.Contracts.Json;

namespace Aos.Tests.Json;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData(" \t\r\n{ \"a\" : [ 1 , -0.5e+3 , true , false , null , \"x\" ] }\n")]
    [InlineData("\"\\ud83d\\ude00 😀 \\u0000 \\/ \\\\ud800\"")]
    [InlineData("{\"a\":{\"a\":{\"a\":1}},\"A\":2,\"\":3}")]
    [InlineData("[[],{},[{}],\"\"]")]
    [InlineData("1e0000000000000000000999")]
    [InlineData("1E-999")]
    [InlineData("1e+0")]
    public void A_document_that_keeps_every_rule_is_read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        var read = Assert.IsType<JsonReadResult.Read>(StrictJson.Parse(bytes, JsonLimits.Default));

        Assert.Equal(text.Trim(), read.Value.GetRawText());
        Assert.True(read.Utf8.Span == bytes.AsSpan());
    }

    [Theory]
    [InlineData("", "JSON_EMPTY", "", 1, 1)]
    [InlineData(" \n ", "JSON_EMPTY", "", 1, 1)]
    [InlineData("\uFEFF{}", "JSON_BYTE_ORDER_MARK", "", 1, 1)]
    [InlineData("{} {}", "JSON_TRAILING_DATA", "", 1, 4)]
    [InlineData("1\n\n x", "JSON_TRAILING_DATA", "", 3, 2)]
    [InlineData("{\"a\": /* no */ 1}", "JSON_COMMENT", "/a", 1, 7)]
    [InlineData("[1,\n  // no\n 2]", "JSON_COMMENT", "/0", 2, 3)]
    [InlineData("{\"a\":{\"b\":[1,2,]}}", "JSON_SYNTAX", "/a/b/1", 1, 16)]
    [InlineData("{\"a\":1,}", "JSON_SYNTAX", "/a", 1, 8)]
    [InlineData("[1", "JSON_SYNTAX", "", 1, 3)]
    [InlineData("[nul]", "JSON_SYNTAX", "", 1, 5)]
    [InlineData("['a']", "JSON_SYNTAX", "", 1, 2)]
    [InlineData("[01]", "JSON_SYNTAX", "", 1, 3)]
    [InlineData("NaN", "JSON_SYNTAX", "", 1, 1)]
    [InlineData("[\"é\", \"\t\"]", "JSON_SYNTAX", "/0", 1, 8)]
    [InlineData("{\"a\":1,\"a\":2}", "JSON_DUPLICATE_KEY", "/a", 1, 8)]
    [InlineData("{\"é\":1,\n \"x/~\":[{\"b\":0, \"\\u0062\":1}]}", "JSON_DUPLICATE_KEY", "/x~1~0/0/b", 2, 17)]
    [InlineData("{\"\":1,\"\":2}", "JSON_DUPLICATE_KEY", "/", 1, 7)]
    [InlineData("{\"😀\":1,\"\\uD83D\\ude00\":2}", "JSON_DUPLICATE_KEY", "/😀", 1, 8)]
    [InlineData("[0,\"ab\\ud800\"]", "JSON_LONE_SURROGATE", "/1", 1, 7)]
    [InlineData("[0,\"ab\\udc00\\ud800\"]", "JSON_LONE_SURROGATE", "/1", 1, 7)]
    [InlineData("\"\\ud83d\\ude00\\ud83d\\u0041\"", "JSON_LONE_SURROGATE", "", 1, 14)]
    [InlineData("\"\\ud83dxxxxxx\"", "JSON_LONE_SURROGATE", "", 1, 2)]
    [InlineData("\"\\ud83d\\nxxxx\"", "JSON_LONE_SURROGATE", "", 1, 2)]
    [InlineData("{\"a\":{\"b\":1,\"\\uDEAD\":2}}", "JSON_LONE_SURROGATE", "/a", 1, 14)]
    [InlineData("{\"a\":1e1000}", "JSON_NUMBER_OUT_OF_RANGE", "/a", 1, 6)]
    [InlineData("[1e999999]", "JSON_NUMBER_OUT_OF_RANGE", "/0", 1, 2)]
    [InlineData("[1,-1.5E-99999999999999999999]", "JSON_NUMBER_OUT_OF_RANGE", "/1", 1, 4)]
    public void A_document_that_breaks_a_rule_is_refused_with_its_place(
        string text, string code, string pointer, int line, int column)
    {
        var problem = Refused(Encoding.UTF8.GetBytes(text));

        Assert.Equal((code, pointer, line, column), (problem.Code, problem.Pointer, problem.Line, problem.Column));
        Assert.NotEmpty(problem.Message);
    }

    [Theory]
    [InlineData("5B 22 61 FF 22 5D", "/0", 4)] // ["a\xFF"]
    [InlineData("7B 22 C0 AF 22 3A 31 7D", "", 3)] // {"\xC0\xAF":1}: an overlong slash
    [InlineData("22 ED A0 80 22", "", 2)] // a surrogate in three bytes
    [InlineData("22 F4 90 80 80 22", "", 2)] // above U+10FFFF
    [InlineData("5B 31 2C 80 5D", "/0", 4)] // outside any string
    [InlineData("22 E2 82", "", 2)] // cut off
    public void Bytes_that_are_not_utf8_are_refused(string hex, string pointer, int column)
    {
        var problem = Refused(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        Assert.Equal(("JSON_INVALID_UTF8", pointer, 1, column),
            (problem.Code, problem.Pointer, problem.Line, problem.Column));
    }

    [Fact]
    public void A_syntax_error_before_the_first_bad_byte_is_named_first()
    {
        var problem = Refused([(byte)'[', (byte)'x', (byte)'"', 0xFF, (byte)'"', (byte)']']);

        Assert.Equal("JSON_SYNTAX", problem.Code);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(10_000, false)]
    public void Nesting_ends_at_the_limit(int depth, bool fits)
    {
        var result = StrictJson.Parse(
            Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)), JsonLimits.Default);

        if (fits)
        {
            Assert.IsType<JsonReadResult.Read>(result);
            return;
        }

        var problem = Assert.IsType<JsonReadResult.Refused>(result).Problem;
        Assert.Equal("JSON_TOO_DEEP", problem.Code);
        Assert.Equal(string.Concat(Enumerable.Repeat("/0", 32)), problem.Pointer);
        Assert.Equal(33, problem.Column);
    }

    [Fact]
    public void Objects_count_as_depth_too()
    {
        var limits = JsonLimits.Default with { DepthMax = 2 };

        Assert.IsType<JsonReadResult.Read>(StrictJson.Parse("{\"a\":[1]}"u8.ToArray(), limits));
        Assert.Equal("/a/0", Refused("{\"a\":[{}]}"u8.ToArray(), limits).Pointer);
    }

    [Fact]
    public void Depth_zero_takes_scalars_only()
    {
        var limits = JsonLimits.Default with { DepthMax = 0 };

        Assert.IsType<JsonReadResult.Read>(StrictJson.Parse("1"u8.ToArray(), limits));
        Assert.Equal("JSON_TOO_DEEP", Refused("[]"u8.ToArray(), limits).Code);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Numbers_end_at_64_digits(int digits, bool fits)
    {
        var plain = new string('7', digits);
        string[] spellings = [plain, "-" + plain, "0." + plain[1..], "-0." + plain[1..] + "e5"];

        foreach (var spelling in spellings)
        {
            var result = StrictJson.Parse(Encoding.UTF8.GetBytes(spelling), JsonLimits.Default);
            Assert.Equal(fits, result is JsonReadResult.Read);
            if (result is JsonReadResult.Refused refused)
                Assert.Equal("JSON_NUMBER_TOO_LONG", refused.Problem.Code);
        }
    }

    [Fact]
    public void A_document_may_have_as_many_bytes_as_the_limit_and_no_more()
    {
        var bytes = Encoding.UTF8.GetBytes("\"" + new string('a', (1 << 20) - 2) + "\"");

        Assert.IsType<JsonReadResult.Read>(StrictJson.Parse(bytes, JsonLimits.Default));
        Assert.Equal("JSON_TOO_LARGE", Refused([.. bytes, (byte)' ']).Code);
    }

    [Fact]
    public void A_document_may_have_as_many_values_as_the_limit_and_no_more()
    {
        var limits = JsonLimits.Default with { NodesMax = 5 };

        Assert.IsType<JsonReadResult.Read>(StrictJson.Parse("[1,{\"a\":2,\"b\":3}]"u8.ToArray(), limits));
        var problem = Refused("[1,{\"a\":2,\"b\":[]},4]"u8.ToArray(), limits);
        Assert.Equal(("JSON_TOO_MANY_NODES", "/2"), (problem.Code, problem.Pointer));
    }

    [Fact]
    public void The_default_limits_are_the_promised_ones()
    {
        var limits = JsonLimits.Default;

        Assert.Equal((1_048_576, 32, 100_000, 64, 999),
            (limits.BytesMax, limits.DepthMax, limits.NodesMax, limits.NumberDigitsMax, limits.ExponentMax));
    }

    [Fact]
    public void Limits_outside_their_range_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLimits { BytesMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLimits { DepthMax = 513 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLimits { DepthMax = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLimits { ExponentMax = 100_000 });
    }

    [Fact]
    public void A_duplicate_far_into_a_large_object_and_after_it_is_found()
    {
        var members = string.Join(',', Enumerable.Range(0, 500).Select(n => $"\"k{n}\":0"));
        var text = $"[{{{members}}},{{\"k1\":1}},{{{members},\"k499\":1}}]";

        var problem = Refused(Encoding.UTF8.GetBytes(text));

        Assert.Equal(("JSON_DUPLICATE_KEY", "/2/k499"), (problem.Code, problem.Pointer));
    }

    [Fact]
    public void A_message_shows_invisible_characters_of_a_name_as_escapes_and_cuts_long_names()
    {
        var bidi = Refused("{\"a\\u202Eb\":1,\"a\\u202eb\":2}"u8.ToArray());
        Assert.Contains("a\\u202Eb", bidi.Message, StringComparison.Ordinal);

        var name = new string('n', 5_000);
        var long_ = Refused(Encoding.UTF8.GetBytes($"{{\"{name}\":1,\"{name}\":2}}"));
        Assert.InRange(long_.Message.Length, 80, 200);
    }

    internal static JsonProblem Refused(byte[] utf8, JsonLimits? limits = null) =>
        Assert.IsType<JsonReadResult.Refused>(StrictJson.Parse(utf8, limits ?? JsonLimits.Default)).Problem;

    [Theory]
    [InlineData("{\"a\":[1", "The text ends too early: ',' or ']' is missing.", 1, 8)]
    [InlineData("{\"a\":{\"b\":1}", "The text ends too early: ',' or '}' is missing.", 1, 13)]
    [InlineData("{\"a\":1,", "The text ends too early: the name of a member in double quotes is missing.", 1, 8)]
    [InlineData("{\"a\"", "The text ends too early: the ':' after the name of a member is missing.", 1, 5)]
    [InlineData("{\"a\":", "The text ends too early: the value of a member is missing.", 1, 6)]
    [InlineData("{", "The text ends too early: a name in double quotes or '}' is missing.", 1, 2)]
    [InlineData("[\n", "The text ends too early: a value or ']' is missing.", 2, 1)]
    [InlineData("[1,", "The text ends too early: a value is missing.", 1, 4)]
    [InlineData("{\"a\":\"tex", "The text ends inside of a string: its closing double quote is missing.", null, null)]
    [InlineData("[1,]", "The comma before ']' is one too many. Remove it.", 1, 4)]
    [InlineData("{\"a\":1,}", "The comma before '}' is one too many. Remove it.", 1, 8)]
    [InlineData("{'a':1}", "Text stands in double quotes in JSON, not in single ones.", 1, 2)]
    [InlineData("{a:1}", "'a' cannot stand here: a name in double quotes or '}' is missing.", 1, 2)]
    [InlineData("[1 2]", "'2' cannot stand here: ',' or ']' is missing.", 1, 4)]
    [InlineData("[01]", "This is no JSON number", null, null)]
    [InlineData("[tru]", "This word is no JSON value: there are true, false and null", null, null)]
    [InlineData("[\"a\\x\"]", "The string has an escape that JSON does not know", null, null)]
    [InlineData("[\"a\nb\"]", "A string goes over the end of the line", null, null)]
    public void What_is_no_JSON_is_said_in_plain_words(string text, string message, int? line, int? column)
    {
        var refused = Assert.IsType<JsonReadResult.Refused>(
            StrictJson.Parse(Encoding.UTF8.GetBytes(text), JsonLimits.Default)).Problem;
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        if (line is not null) Assert.Equal((line, column), (refused.Line, refused.Column));
    }

    [Theory]
    [InlineData("1e999", "1e+999")]
    [InlineData("-1.5E-999", "-1.5e-999")]
    [InlineData("0.001e999", "1e+996")]
    [InlineData("1234567890e990", "1.23456789e+999")]
    [InlineData("0.0e999", "0")]
    public void A_number_that_a_double_does_not_hold_goes_out_exactly_and_can_come_in_again(
        string text, string canonical)
    {
        var read =
            Assert.IsType<JsonReadResult.Read>(StrictJson.Parse(Encoding.UTF8.GetBytes(text), JsonLimits.Default));
        var bytes = CanonicalJson.ToBytes(read.Value);
        Assert.Equal(canonical, Encoding.UTF8.GetString(bytes));
        var again = Assert.IsType<JsonReadResult.Read>(StrictJson.Parse(bytes, JsonLimits.Default));
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.ToBytes(again.Value)));
    }

    [Theory]
    [InlineData("1e1000")]
    [InlineData("10e999")]
    [InlineData("1234567890e999")]
    [InlineData("0.1e-999")]
    [InlineData("1e999999")]
    [InlineData("1e99999999999999999999")]
    public void A_number_whose_normal_form_would_not_come_in_again_is_refused(string text) =>
        Assert.Equal("JSON_NUMBER_OUT_OF_RANGE",
        Assert.IsType<JsonReadResult.Refused>(
            StrictJson.Parse(Encoding.UTF8.GetBytes(text), JsonLimits.Default)).Problem.Code);
}
