using Aos.Contracts.Expressions;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class UnknownPropagationTests
{
    // u is not known; half holds one unknown and one known member; list holds one unknown item.
    private static readonly Scope Data = new(
        ("u", ExpressionValue.Unknown),
        ("half", new Scope(("x", ExpressionValue.Unknown), ("y", Value("5")))),
        ("list", ExpressionValue.FromItems([Value("1"), ExpressionValue.Unknown])),
        ("yes", Value("true")),
        ("no", Value("false")),
        ("n", Value("3")));

    [Theory]
    [InlineData("u", "?")]
    [InlineData("u.a.b", "?")]
    [InlineData("u[0]", "?")]
    [InlineData("u[1:]", "?")]
    [InlineData("u[*].a", "?")]
    [InlineData("u.*", "?")]
    [InlineData("u[]", "?")]
    [InlineData("u[?a]", "?")]
    [InlineData("u.[a, b]", "?")]
    [InlineData("u.{a: b}", "?")]
    [InlineData("u | a", "?")]
    [InlineData("u | 'known'", "\"known\"")]
    [InlineData("half.x", "?")]
    [InlineData("half.y", "5")]
    [InlineData("half.z", "null")]
    public void Access_to_something_unknown_is_unknown(string text, string expected) => AssertGives(expected, text);

    [Theory]
    [InlineData("{a: u, b: n}", "{\"a\":?,\"b\":3}")]
    [InlineData("{a: u, b: n}.b", "3")]
    [InlineData("{a: u, b: n}.a", "?")]
    [InlineData("[u, n]", "[?,3]")]
    [InlineData("[u, n][1]", "3")]
    [InlineData("[u, n] | [0]", "?")]
    [InlineData("half", "{\"x\":?,\"y\":5}")]
    public void A_selection_with_an_unknown_part_keeps_its_known_parts(string text, string expected) =>
        AssertGives(expected, text);

    [Theory]
    [InlineData("list[*]", "?")] // The unknown item might be null, and so be left out.
    [InlineData("list[]", "?")] // It might be a list itself.
    [InlineData("list[0:1]", "[1]")]
    [InlineData("list[1:]", "?")]
    [InlineData("list[?@ == `1`]", "?")]
    [InlineData("list[?`true`]", "?")]
    [InlineData("half.*", "?")]
    [InlineData("[n, n][*]", "[3,3]")]
    public void A_list_whose_length_hangs_on_something_unknown_is_unknown(string text, string expected) =>
        AssertGives(expected, text);

    [Theory]
    [InlineData("u == n", "?")]
    [InlineData("u != n", "?")]
    [InlineData("u < n", "?")]
    [InlineData("n >= u", "?")]
    [InlineData("[u, `1`] == [u, `2`]", "false")]
    [InlineData("[u, `1`] != [u, `2`]", "true")]
    [InlineData("[u] == [n]", "?")]
    [InlineData("[u] == [n, n]", "false")]
    [InlineData("{a: u, b: n} == {a: n, b: `4`}", "false")]
    [InlineData("{a: u, b: n} == {a: n, b: `3`}", "?")]
    [InlineData("{a: u} == {b: u}", "false")]
    public void A_comparison_is_unknown_unless_a_known_difference_decides(string text, string expected) =>
        AssertGives(expected, text);

    [Theory]
    [InlineData("no && u", "false")]
    [InlineData("yes && u", "?")]
    [InlineData("u && no", "?false")] // Null, false, or something else that is not true; but never true.
    [InlineData("u && yes", "?")]
    [InlineData("yes || u", "true")]
    [InlineData("no || u", "?")]
    [InlineData("u || yes", "?true")]
    [InlineData("u || no", "?")]
    [InlineData("u || no || yes", "?true")]
    [InlineData("u && yes && no", "?false")]
    [InlineData("u && u", "?")]
    [InlineData("!u", "?")]
    [InlineData("!(u && no)", "true")]
    [InlineData("!(u || yes)", "false")]
    [InlineData("(u && no) || n", "3")]
    [InlineData("(u && no) || no", "false")]
    [InlineData("(u || yes) && n", "3")]
    [InlineData("(u && no) || (u && no)", "?false")]
    [InlineData("[`1`, `2`][?u && no]", "[]")]
    [InlineData("u || abs('text')", "?")] // The mistake may never be reached.
    [InlineData("u || abs('text') || yes", "?true")]
    [InlineData("(u && no).a", "?")]
    [InlineData("(u && no).[yes]", "?")]
    [InlineData("(u && no)[*]", "?")]
    [InlineData("(u || yes)[*]", "?")]
    [InlineData("(u && no).{a: yes}", "?")]
    [InlineData("not_null(u && no, n)", "?")]
    public void Logic_is_decided_by_the_known_side_where_it_can_be(string text, string expected) =>
        AssertGives(expected, text);

    [Theory]
    [InlineData("abs(u)", "?")]
    [InlineData("contains(u, 'a')", "?")]
    [InlineData("contains('a', u)", "?")]
    [InlineData("type(u)", "?")]
    [InlineData("to_array(u)", "?")]
    [InlineData("to_string(u)", "?")]
    [InlineData("to_string(half)", "?")]
    [InlineData("length(u)", "?")]
    [InlineData("length(list)", "2")]
    [InlineData("type(list)", "\"array\"")]
    [InlineData("to_array(list)", "[1,?]")]
    [InlineData("reverse(list)", "[?,1]")]
    [InlineData("contains(list, `1`)", "true")]
    [InlineData("contains(list, `2`)", "?")]
    [InlineData("sum(list)", "?")]
    [InlineData("avg(list)", "?")]
    [InlineData("max(list)", "?")]
    [InlineData("min(list)", "?")]
    [InlineData("sort(list)", "?")]
    [InlineData("join(',', ['a', u])", "?")]
    [InlineData("map(&@, list)", "[1,?]")]
    [InlineData("sort_by([half, half], &x)", "?")]
    [InlineData("max_by([half, half], &x)", "?")]
    [InlineData("max_by([half, half], &y).y", "5")]
    [InlineData("keys(half)", "[\"x\",\"y\"]")]
    [InlineData("values(half)", "[?,5]")]
    [InlineData("merge(half, {z: u, y: n})", "{\"x\":?,\"y\":3,\"z\":?}")]
    [InlineData("merge(half, u)", "?")]
    [InlineData("not_null(u, n)", "?")]
    [InlineData("not_null(n, u)", "3")]
    [InlineData("not_null(`null`, u)", "?")]
    public void A_function_of_something_unknown_is_unknown_where_its_result_hangs_on_it(string text, string expected) =>
        AssertGives(expected, text);

    [Fact]
    public void A_mistake_that_holds_whatever_the_unknown_becomes_is_an_error()
    {
        var result = Parse("sum([u, 'text'])").Evaluate(Data);

        Assert.Equal(ExpressionErrorKind.InvalidType, result.Error?.Kind);
    }

    [Fact]
    public void Fuel_that_runs_out_in_a_branch_that_may_not_run_still_ends_the_evaluation()
    {
        var result = Parse("u || sort([`3`, `2`, `1`])").Evaluate(Data, new ExpressionLimits { FuelMax = 8 });

        Assert.Equal(ExpressionErrorKind.FuelExhausted, result.Error?.Kind);
    }

    [Fact]
    public void What_is_not_fully_known_says_so_and_cannot_be_written()
    {
        Assert.True(Run("half", Data).ContainsUnknown);
        Assert.True(Run("[list]", Data).ContainsUnknown);
        Assert.False(Run("half.y", Data).ContainsUnknown);
        Assert.False(Value("""[{"a":1}]""").ContainsUnknown);
        Assert.Throws<InvalidOperationException>(() => Run("half", Data).ToCanonicalUtf8());
    }

    private static void AssertGives(string expected, string text) => Assert.Equal(expected, Show(Run(text, Data)));
}
