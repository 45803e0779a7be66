using Aos.Contracts.Expressions;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class ExpressionParsingTests
{
    [Theory]
    [InlineData("${a.{x: b}}", "a.{x: b}")]
    [InlineData("${'}'}", "'}'")]
    [InlineData("${`{\"a\":1}`}", "`{\"a\":1}`")]
    [InlineData("${\"}\"}", "\"}\"")]
    [InlineData("${a} and ${b}", "a")]
    [InlineData("${ a }", " a ")]
    [InlineData("${'it\\'s }'}", "'it\\'s }'")]
    [InlineData("${{a: {b: c}}}}", "{a: {b: c}}")]
    [InlineData("${a[?b == '}']}", "a[?b == '}']")]
    [InlineData("${[*]}", "[*]")]
    [InlineData("${a}\"'`", "a")]
    [InlineData("${`\"\\`}\"`}", "`\"\\`}\"`")]
    public void The_closing_brace_is_the_one_that_is_not_part_of_the_expression(string text, string expected)
    {
        Assert.True(
            Expression.TryParseUntilBrace(text, 2, out var expression, out var end, out var error), error?.Message);

        Assert.Equal(expected, expression.Text);
        Assert.Equal(expected, expression.ToString());
        Assert.Equal('}', text[end]);
        Assert.Equal(2 + expected.Length, end);
    }

    [Theory]
    [InlineData("${}", 2)]
    [InlineData("${a", 3)]
    [InlineData("${'a}", 2)]
    [InlineData("${a b}", 4)]
    [InlineData("${a]}", 3)]
    [InlineData("${{a: b}", 8)]
    [InlineData("${", 2)]
    public void Without_an_expression_and_its_brace_the_place_of_the_mistake_is_told(string text, int position)
    {
        Assert.False(Expression.TryParseUntilBrace(text, 2, out var expression, out _, out var error));

        Assert.Null(expression);
        Assert.Equal(ExpressionErrorKind.Syntax, error.Kind);
        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void A_start_outside_of_the_text_is_a_defect_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Expression.TryParseUntilBrace("a}", -1, out _, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Expression.TryParseUntilBrace("a}", 3, out _, out _, out _));
    }

    [Theory]
    [InlineData("", 0, "The expression ends too early.")]
    [InlineData("a.", 2, "The expression ends too early.")]
    [InlineData("a.b c", 4, "The character 'c' cannot stand here.")]
    [InlineData("a = b", 2, "The character '=' cannot stand here.")]
    [InlineData("a.\u00e9", 2, "The character U+00E9 cannot stand here.")]
    [InlineData("a == 'b", 5, "The ' is never closed.")]
    [InlineData("a[99999999999]", 2, "The number is too large for an index.")]
    [InlineData("`{a}`", 0, "The literal between backticks is not JSON.")]
    [InlineData("`{\"a\":1,\"a\":2}`", 0, "The literal between backticks is not JSON.")]
    [InlineData("`\"\\ud800\"`", 0, "The literal between backticks is not JSON.")]
    [InlineData("a.\"\\x\"", 2, "The quoted name is not a JSON string.")]
    [InlineData("{\"\\x\": a}", 1, "The quoted name is not a JSON string.")]
    [InlineData("{'a': a}", 1, "The character ''' cannot stand here.")]
    [InlineData("abs(a,)", 6, "The character ')' cannot stand here.")]
    [InlineData("&a", 0, "The character '&' cannot stand here.")]
    [InlineData("(a)(b)", 3, "The character '(' cannot stand here.")]
    [InlineData("a[*][b]", 5, "The character 'b' cannot stand here.")]
    [InlineData("-", 0, "The character '-' cannot stand here.")]
    public void A_mistake_of_syntax_is_told_with_its_place(string text, int position, string message) =>
        Assert.Equal(new ExpressionError(ExpressionErrorKind.Syntax, message, position), ParseError(text));

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused_wherever_text_can_stand()
    {
        string[] texts = ["'\ud800'", "'\udc00x'", "'\ud800x'", "\"\ud800\"", "`\"\udc00\"`", "{\"\ud800\": a}"];

        Assert.All(texts, text => Assert.Equal(ExpressionErrorKind.Syntax, ParseError(text).Kind));
        Parse("'\ud83d\ude00'");
    }

    [Theory]
    [InlineData("a.nope(b)", "unknown_function", 2, "There is no function nope().")]
    [InlineData("abs(a, b)", "invalid_arity", 0, "abs() takes 1 argument(s), not 2.")]
    [InlineData("merge()", "invalid_arity", 0, "merge() takes at least 1 argument(s), not 0.")]
    [InlineData("sort_by(a, b)", "invalid_type", 0, "sort_by() takes an expression written &… as argument 2.")]
    [InlineData("abs(&a)", "invalid_type", 0, "abs() takes a value as argument 1.")]
    [InlineData("a || b[::0]", "invalid_value", 6, "The step of a slice cannot be 0.")]
    public void A_mistake_that_needs_no_data_is_found_when_parsing(
        string text, string code, int position, string message)
    {
        var error = ParseError(text);

        Assert.Equal((code, position, message), (error.Code, error.Position, error.Message));
    }

    [Fact]
    public void Nesting_is_bounded_however_it_is_written()
    {
        Parse(new string('(', 127) + "a" + new string(')', 127));
        string[] tooDeep =
        [
            new string('(', 128) + "a" + new string(')', 128),
            string.Concat(Enumerable.Repeat("!", 128)) + "a",
            "a" + string.Concat(Enumerable.Repeat("[]", 128)),
            "a" + string.Concat(Enumerable.Repeat("[*]", 128)),
            "a" + string.Concat(Enumerable.Repeat("[?a]", 128)),
            "a" + string.Concat(Enumerable.Repeat(" == a", 128)),
            string.Concat(Enumerable.Repeat("a[?", 128)) + "a" + new string(']', 128),
            string.Concat(Enumerable.Repeat("[", 2_000)),
        ];

        Assert.All(
            tooDeep, text => Assert.Equal("The expression nests deeper than 128 levels.", ParseError(text).Message));
    }

    [Fact]
    public void Length_is_bounded_but_what_follows_the_brace_does_not_count()
    {
        var longest = "a" + new string(' ', 8_190) + "b";
        Assert.Equal("The character 'b' cannot stand here.", ParseError(longest).Message);
        Assert.Equal("The expression is longer than 8192 characters.", ParseError("'" + longest + "'").Message);

        var text = new string('x', 9_000) + "${a}" + new string('x', 9_000);
        Assert.True(Expression.TryParseUntilBrace(text, 9_002, out _, out _, out _));
    }

    [Theory]
    [InlineData("steps.a.result", "steps", "a", false)]
    [InlineData("steps.\"a\".x || steps.b.y", "steps", "a,b", false)]
    [InlineData("steps.a && input.b && steps.a", "steps", "a", false)]
    [InlineData("length(steps.a.list)", "steps", "a", false)]
    [InlineData("@.steps.a", "steps", "a", false)]
    [InlineData("(steps).a", "steps", "a", false)]
    [InlineData("steps | a", "steps", "a", false)]
    [InlineData("@ | steps.a", "steps", "a", false)]
    [InlineData("{x: steps.a, y: [steps.b]}", "steps", "a,b", false)]
    [InlineData("steps.{x: a, y: b.c}", "steps", "a,b", false)]
    [InlineData("steps.a[?steps.b == `1`]", "steps", "a", false)] // In a filter the current node is an item.
    [InlineData("steps.a[*].steps.b", "steps", "a", false)]
    [InlineData("map(&steps.b, steps.a)", "steps", "a", false)]
    [InlineData("steps.a.[steps.b]", "steps", "a", false)]
    [InlineData("!steps.a", "steps", "a", false)]
    [InlineData("steps.a == steps.b", "steps", "a,b", false)]
    [InlineData("'steps.a'", "steps", "", false)]
    [InlineData("input.steps.a", "steps", "", false)]
    [InlineData("steps", "steps", "", true)]
    [InlineData("keys(steps)", "steps", "", true)]
    [InlineData("steps[0]", "steps", "", true)]
    [InlineData("steps.*", "steps", "", true)]
    [InlineData("steps.*.a", "steps", "", true)]
    [InlineData("steps[1:]", "steps", "", true)]
    [InlineData("(steps || input).a", "steps", "", true)]
    [InlineData("steps.a || steps", "steps", "a", true)]
    [InlineData("@", "steps", "", true)]
    [InlineData("*", "steps", "", true)]
    [InlineData("{x: @}", "steps", "", true)]
    [InlineData("input | @", "steps", "", false)]
    public void What_is_read_of_a_root_is_known_from_the_text(string text, string root, string members, bool whole)
    {
        var expression = Parse(text);

        Assert.Equal(members, string.Join(',', expression.MembersOf(root)));
        Assert.Equal(whole, expression.UsesWholeRoot(root));
    }

    [Fact]
    public void The_roots_that_are_read_are_listed_once_each_in_order() =>
        Assert.Equal(["steps", "input", "item"], Parse("steps.a || input.b[?index] || steps.c || item").Roots);
}
