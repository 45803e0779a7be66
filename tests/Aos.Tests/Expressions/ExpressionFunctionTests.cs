using System.Text.Json;
using Aos.Contracts.Expressions;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class ExpressionFunctionTests
{
    [Theory]
    [InlineData("contains(`5`, 'a')", "contains() takes array or string, not number.")]
    [InlineData("starts_with(`5`, 'a')", "starts_with() takes string, not number.")]
    [InlineData("starts_with('a', `5`)", "starts_with() takes string, not number.")]
    [InlineData("ends_with(`null`, 'a')", "ends_with() takes string, not null.")]
    [InlineData("join(`true`, `[]`)", "join() takes string, not boolean.")]
    [InlineData("join('', `{}`)", "join() takes array, not object.")]
    [InlineData("join('', `[1]`)", "join() takes string, not number.")]
    [InlineData("length(`true`)", "length() takes string or array or object, not boolean.")]
    [InlineData("reverse(`{}`)", "reverse() takes string or array, not object.")]
    [InlineData("keys(`[]`)", "keys() takes object, not array.")]
    [InlineData("values('a')", "values() takes object, not string.")]
    [InlineData("merge(`{}`, `[]`)", "merge() takes object, not array.")]
    [InlineData("map(&@, `{}`)", "map() takes array, not object.")]
    [InlineData("sort(`[true]`)", "sort() takes number or string, not boolean.")]
    [InlineData("sort(`[1, \"a\"]`)", "sort() takes number, not string.")]
    [InlineData("sort_by(`[[1], [[]]]`, &[0])", "sort_by() takes number, not array.")]
    [InlineData("max(`[\"a\", null]`)", "max() takes string, not null.")]
    [InlineData("min_by(`{}`, &a)", "min_by() takes array, not object.")]
    [InlineData("max_by(`5`, &a)", "max_by() takes array, not number.")]
    [InlineData("sort_by('a', &a)", "sort_by() takes array, not string.")]
    [InlineData("min('a')", "min() takes array, not string.")]
    [InlineData("sum(`{}`)", "sum() takes array, not object.")]
    [InlineData("avg(`[null]`)", "avg() takes number, not null.")]
    [InlineData("abs('1')", "abs() takes number, not string.")]
    public void A_value_of_the_wrong_type_is_an_error_that_names_both_types(string text, string message)
    {
        var error = RunError("'x' | [@, " + text + "]", "null");

        Assert.Equal(new ExpressionError(ExpressionErrorKind.InvalidType, message, 10), error);
        Assert.Equal("invalid_type", error.Code);
    }

    [Theory]
    [InlineData("sort_by(@, &abs(a))")]
    [InlineData("map(&abs(a), @)")]
    [InlineData("[*].abs(a)")]
    [InlineData("[?abs(a)]")]
    [InlineData("{x: abs(`{}`), y: [@]}")]
    [InlineData("[abs(`{}`), @]")]
    [InlineData("!abs(`{}`)")]
    [InlineData("abs(`{}`) == abs(`{}`)")]
    [InlineData("abs(`{}`) < `1`")]
    [InlineData("abs(`{}`).a.b | c")]
    [InlineData("abs(`{}`) || `1`")]
    [InlineData("abs(`{}`)[*].a")]
    [InlineData("to_array(abs(`{}`))")]
    public void A_mistake_in_any_part_ends_the_evaluation(string text) =>
        Assert.Equal("invalid_type", RunError(text, """[{"a":"x"},{"a":1}]""").Code);

    [Theory]
    [InlineData("contains('abc', `1`)", "false")]
    [InlineData("contains('abc', '')", "true")]
    [InlineData("contains(`[[1],{\"a\":1.0}]`, `{\"a\":1}`)", "true")]
    [InlineData("contains(`[]`, `null`)", "false")]
    [InlineData("contains('abababac-abababac-abababac-abababad', 'abababac-abababac-abababac-abababad')", "true")]
    [InlineData("contains('abababac-abababac-abababac-abababad', 'babababac-abababac-abababac-abababa')", "false")]
    [InlineData("contains('xxabababababababababababababababababacd', 'abababababababababababababababababac')", "true")]
    [InlineData("contains('short', 'a text that is longer than the one in which it is looked for')", "false")]
    [InlineData("length('a\ud83d\ude00b')", "3")]
    [InlineData("length(`{\"a\":1,\"b\":2}`)", "2")]
    [InlineData("reverse('a\ud83d\ude00b')", "\"b\ud83d\ude00a\"")]
    [InlineData("reverse('\ud83d\ude00')", "\"\ud83d\ude00\"")]
    [InlineData(
        "to_string(`{\"b\": 1.0, \"a\": [null, \"\\u00e9\"]}`)", "\"{\\\"a\\\":[null,\\\"\u00e9\\\"],\\\"b\\\":1}\"")]
    [InlineData("to_string({b: `1`, a: [`true`, 'x', `null`]})", "\"{\\\"a\\\":[true,\\\"x\\\",null],\\\"b\\\":1}\"")]
    [InlineData("to_number(`true`)", "null")]
    [InlineData("merge(`{\"a\":1,\"b\":2}`, `{\"a\":3}`) | keys(@)", "[\"a\",\"b\"]")]
    [InlineData("keys({b: `1`, a: `2`})", "[\"b\",\"a\"]")]
    [InlineData("values({b: `1`, a: `2`})", "[1,2]")]
    [InlineData("{b: `1`, a: `2`}.*", "[1,2]")]
    [InlineData("{a: `1`, a: `2`}", "{\"a\":2}")]
    [InlineData("{a:`0`,b:`1`,c:`2`,d:`3`,e:`4`,f:`5`,g:`6`,h:`7`,i:`8`,a:`9`}.[a, i, x]", "[9,8,null]")]
    [InlineData("type({})", null)]
    [InlineData("'a' < 'b'", "null")]
    [InlineData("`[1]` == `[1.0]`", "true")]
    [InlineData("`{\"a\":1,\"b\":[]}` == `{\"b\":[],\"a\":1}`", "true")]
    [InlineData("`{\"a\":1}` == `{\"a\":1,\"b\":2}`", "false")]
    [InlineData("{a: 'x'} == `{\"a\":\"x\"}`", "true")]
    [InlineData("`\"x\"` == 'x' && 'x' == `\"x\"` && 'x' == 'x' && `\"x\"` == `\"\\u0078\"`", "true")]
    [InlineData("`\"x\"` == 'y' || 'x' == `\"y\"` || 'x' == 'y' || `\"x\"` == `\"y\"`", "false")]
    [InlineData("!a.b", "true")]
    [InlineData("[?a].b[?c]", "[[{\"c\":1}]]")]
    public void Fine_points_hold(string text, string? expected)
    {
        if (expected is null) ParseError(text);
        else Assert.Equal(expected, Run(text, """[{"a":1,"b":[{"c":1},{"c":null}]}]"""));
    }

    [Fact]
    public void Text_is_sorted_by_code_points_and_not_by_UTF_16()
    {
        // U+FF5E comes before U+1F600, whose first UTF-16 unit is smaller.
        var data = Value("""["\ud83d\ude00","\uff5e","b","a","ab","","\ud83d\ude01"]""");

        Assert.Equal("""["","a","ab","b","～","😀","😁"]""", Show(Run("sort(@)", data)));
        Assert.Equal("\"😁\"", Show(Run("max(@)", data)));
        Assert.Equal("\"\"", Show(Run("min(@)", data)));
    }

    [Fact]
    public void Sorting_is_stable_and_of_equals_the_first_is_the_extreme()
    {
        var rows = string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"k":{{i % 3}},"i":{{i}}}"""));
        var data = Value($"[{rows}]");

        var expected = Enumerable.Range(0, 100).OrderBy(i => i % 3).Select(i => i.ToString());
        Assert.Equal("[" + string.Join(',', expected) + "]", Show(Run("sort_by(@, &k)[*].i", data)));
        Assert.Equal("[2,0]", Show(Run("[max_by(@, &k).i, min_by(@, &k).i]", data)));
    }

    [Theory]
    [InlineData("a", """{"a":"\ud800"}""", true)] // Passed through unread.
    [InlineData("length(a)", """{"a":"\ud800"}""", false)]
    [InlineData("keys(@)", """{"\udc00":1}""", false)]
    [InlineData("to_string([@])", """{"a":1,"a":2}""", false)]
    public void Text_that_is_not_Unicode_is_an_error_where_it_is_used(string text, string json, bool succeeds)
    {
        var result = Parse(text).Evaluate(Value(json));

        Assert.Equal(succeeds, result.IsSuccess);
        if (!succeeds) Assert.Equal(ExpressionErrorKind.InvalidValue, result.Error!.Kind);
    }

    [Fact]
    public void A_document_that_was_disposed_is_a_defect_of_the_caller()
    {
        var document = JsonDocument.Parse("""{"a":1}""");
        var scope = ExpressionValue.FromElement(document.RootElement);
        document.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Parse("a").Evaluate(scope));
    }

    [Fact]
    public void Every_kind_of_error_has_its_own_code()
    {
        var codes = Enum.GetValues<ExpressionErrorKind>().Select(kind => new ExpressionError(kind, "", 0).Code);

        Assert.Equal(
            ["syntax", "unknown_function", "invalid_arity", "invalid_type", "invalid_value", "fuel_exhausted",
                "too_large"], codes);
    }
}
