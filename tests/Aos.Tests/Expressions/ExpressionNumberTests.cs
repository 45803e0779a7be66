using Aos.Contracts.Expressions;
using CsCheck;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class ExpressionNumberTests
{
    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("0.1000000000000000055511151231257827021181583404541015625")]
    [InlineData("1.50")]
    [InlineData("-0")]
    [InlineData("1E+2")]
    [InlineData("1e400")]
    public void A_number_that_is_passed_on_keeps_its_digits(string number)
    {
        string[] texts = [
            "a", "[a][0]", "[b, a][1]", "max([a])", "sort([a])[0]", "values({x: a})[0]", "not_null(a)", "to_number(a)"];

        Assert.All(texts, text => Assert.Equal(number, Run(text, Value($$"""{"a":{{number}},"b":null}""")).Text));
    }

    [Theory]
    [InlineData("9007199254740993", "9007199254740992", 1)]
    [InlineData("0.1", "0.1000000000000000055511151231257827", -1)]
    [InlineData("1.0", "1", 0)]
    [InlineData("1e2", "100", 0)]
    [InlineData("100e-2", "1", 0)]
    [InlineData("0.00012", "1.2e-4", 0)]
    [InlineData("-0", "0", 0)]
    [InlineData("0e5", "0.00", 0)]
    [InlineData("-1", "1", -1)]
    [InlineData("-1.5", "-1.25", -1)]
    [InlineData("-0.5", "0", -1)]
    [InlineData("0.5", "0", 1)]
    [InlineData("1e999", "1e998", 1)]
    [InlineData("-1e999", "1e-999", -1)]
    [InlineData("1e-999", "0", 1)]
    [InlineData("10.5", "9.75", 1)]
    [InlineData("12.50", "12.5", 0)]
    [InlineData("12.501", "12.5", 1)]
    [InlineData("9223372036854775808", "9223372036854775807", 1)]
    [InlineData("1E5", "100000.5", -1)]
    [InlineData(
        "1e99999999999999999999", "1e99999999999999999998", 0)] // Both past what any document could make up for.
    [InlineData("1e99999999999999999999", "1e-99999999999999999999", 1)]
    public void Numbers_are_compared_by_exact_value(string left, string right, int order)
    {
        var data = Value($$"""{"l":{{left}},"r":{{right}}}""");

        Assert.Equal(
            (order < 0, order <= 0, order > 0, order >= 0, order == 0, order != 0),
            (Is("l < r"), Is("l <= r"), Is("l > r"), Is("l >= r"), Is("l == r"), Is("l != r")));
        Assert.Equal(order > 0, Is("r < l"));

        bool? Is(string text) => Run(text, data).IsTruthy;
    }

    [Fact]
    public void Comparison_agrees_with_decimal_arithmetic() =>
        Gen.Select(Gen.Int[-9_999, 9_999], Gen.Int[0, 5], Gen.Int[-9_999, 9_999], Gen.Int[0, 5])
            .Sample((a, aScale, b, bScale) =>
        {
            var expected = new decimal(a) / Power(aScale) < new decimal(b) / Power(bScale);
            Assert.Equal(expected, Run($"`{a}e-{aScale}` < `{b}e-{bScale}`", ExpressionValue.Null).IsTruthy);
        });

    [Theory]
    [InlineData("sum(`[0.1, 0.2]`)", "0.3")]
    [InlineData("sum(`[9007199254740993, 9007199254740993]`)", "18014398509481986")]
    [InlineData("sum(`[1e20, 0.5]`)", "100000000000000000000.5")]
    [InlineData("sum(`[1e21, 0]`)", "1e+21")]
    [InlineData("sum(`[1e-7, 0]`)", "1e-7")]
    [InlineData("sum(`[0.1, -0.1]`)", "0")]
    [InlineData("sum(`[-1.5, -1.5]`)", "-3")]
    [InlineData("sum(`[]`)", "0")]
    [InlineData("sum(`[1E2, 5e+0]`)", "105")]
    [InlineData("avg(`[1, 2]`)", "1.5")]
    [InlineData("avg(`[0.1, 0.2, 0.3]`)", "0.2")]
    [InlineData("avg(`[1, 0, 0]`)", "0.3333333333333333333333333333333333")]
    [InlineData("avg(`[2, 0, 0]`)", "0.6666666666666666666666666666666667")]
    [InlineData("avg(`[-2, 0, 0]`)", "-0.6666666666666666666666666666666667")]
    [InlineData(
        "avg(`[1e40, 1]`)", "5e+39")] // The exact 5000000000000000000000000000000000000000.5 has more than 34 digits.
    [InlineData(
        "avg(`[2222222222222222222222222222222221, 2222222222222222222222222222222222]`)",
        "2.222222222222222222222222222222222e+33")]
    [InlineData(
        "avg(`[2222222222222222222222222222222223, 2222222222222222222222222222222224]`)",
        "2.222222222222222222222222222222224e+33")]
    [InlineData(
        "avg(`[22222222222222222222222222222222223, 22222222222222222222222222222222227]`)",
        "2.222222222222222222222222222222222e+34")]
    [InlineData("avg(`[]`)", "null")]
    [InlineData("abs(`-9007199254740993`)", "9007199254740993")]
    [InlineData("abs(`5`)", "5")]
    [InlineData("ceil(`1.2`)", "2")]
    [InlineData("ceil(`-1.2`)", "-1")]
    [InlineData("ceil(`2.0`)", "2")]
    [InlineData("ceil(`9007199254740992.5`)", "9007199254740993")]
    [InlineData("ceil(`-0.5`)", "0")]
    [InlineData("floor(`1.8`)", "1")]
    [InlineData("floor(`-1.2`)", "-2")]
    [InlineData("floor(`7e3`)", "7000")]
    [InlineData("floor(`1e30`)", "1e+30")]
    [InlineData("to_number('12.50')", "12.5")]
    [InlineData("to_number('-1e3')", "-1000")]
    [InlineData("to_number('-0.5E-3')", "-0.0005")]
    public void Arithmetic_is_exact(string text, string expected)
    {
        // Shown canonically; beyond 34 digits only an average is rounded, half to even.
        Assert.Equal(expected, Run(text, "null"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1ex")]
    [InlineData("1x")]
    [InlineData("-")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("1e1000")]
    [InlineData("1e-1000")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("1.2345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("\u0661")]
    public void Text_that_is_no_JSON_number_within_the_bounds_becomes_null(string text) =>
        Assert.Equal("null", Show(Run("to_number(@)", ExpressionValue.FromString(text))));

    [Theory]
    [InlineData("sum([`9e999`, `9e999`])")]
    [InlineData("sum([`1e64`, `1`])")]
    [InlineData("avg([`1e-999`, `0`])")]
    public void A_result_outside_of_the_bounds_is_an_error_and_not_an_approximation(string text) =>
        Assert.Equal("invalid_value", RunError(text, "1").Code);

    [Theory]
    [InlineData("1e1000")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_number_outside_of_the_bounds_can_be_compared_but_not_computed_with(string number)
    {
        Assert.Equal("true", Run("@ > `1`", number));
        Assert.Equal("invalid_value", RunError("floor(@)", number).Code);
    }

    private static decimal Power(int scale) => Enumerable.Repeat(10m, scale).Aggregate(1m, (all, ten) => all * ten);
}
