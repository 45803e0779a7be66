using System.Text.Json;
using Aos.Contracts.Expressions;
using static Aos.Tests.Expressions.ExpressionTesting;

namespace Aos.Tests.Expressions;

public sealed class ExpressionFuelTests
{
    private static readonly string Numbers = "[" + string.Join(',', Enumerable.Range(0, 50_000)) + "]";

    [Theory]
    [InlineData("[*].[@,@,@]")]
    [InlineData("[?@ == `-1`]")]
    [InlineData("map(&[@], @)")]
    [InlineData("sort_by(@, &abs(@))")]
    [InlineData("[contains(@, `-1`), contains(@, `-1`), contains(@, `-1`)]")]
    [InlineData("sort(@)")]
    [InlineData("[@[::-1], @[::-1], @[::-1]]")]
    [InlineData("[@, @, @][]")]
    [InlineData("[sum(@), avg(@), sum(@)]")]
    [InlineData("[@ == @, @ == @, @ == @]")]
    [InlineData("[reverse(@), reverse(@), reverse(@)]")]
    public void Work_on_much_data_runs_out_of_fuel(string text) =>
        Assert.Equal("fuel_exhausted", RunError(text, Numbers).Code);

    [Fact]
    public void More_fuel_lets_the_same_work_end() =>
        Assert.Equal(50_000, Run("sort(@)", Value(Numbers), new ExpressionLimits { FuelMax = 10_000_000 }).ItemCount);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Each_step_of_a_path_costs_one_unit(int fuel, bool suffices)
    {
        var result = Parse("a.b").Evaluate(Value("""{"a":{"b":1}}"""), new ExpressionLimits { FuelMax = fuel });

        Assert.Equal(suffices, result.IsSuccess);
        Assert.Equal(fuel, result.FuelUsed);
    }

    [Fact]
    public void Lookups_in_a_large_object_cost_in_proportion_to_it()
    {
        var wide = "{" + string.Join(',', Enumerable.Range(0, 3_200).Select(i => $"\"k{i}\":{i}")) + "}";

        Assert.Equal(101, Parse("k3").Evaluate(Value(wide)).FuelUsed);
        Assert.Equal(
            101, Parse("[3200]").Evaluate(Value("[" + string.Join(',', Enumerable.Repeat(0, 4_000)) + "]")).FuelUsed);
    }

    [Fact]
    public void Text_costs_in_proportion_to_its_length()
    {
        var text = JsonSerializer.Serialize(new string('a', 1_000_000), Aos.Tests.Json.TestJson.Default.String);

        Assert.Equal("fuel_exhausted", RunError("[length(@), length(@), length(@), length(@)]", text).Code);
        Assert.Equal("fuel_exhausted", RunError("[sort([@])[0] == 'a', reverse(@) == 'a', to_number(@)]", text).Code);
        Assert.Equal(
            "fuel_exhausted", RunError("[to_string([@]), to_string([@]), to_string([@]), to_string([@])]", text).Code);
    }

    [Fact]
    public void A_value_that_doubles_at_each_step_is_too_large_though_it_shares_all_its_parts()
    {
        var doubling = "[@,@]" + string.Concat(Enumerable.Repeat(" | [@,@]", 40));

        Assert.Equal("too_large", RunError(doubling, "1").Code);
        Assert.Equal("too_large", RunError(doubling.Replace("[@,@]", "{a:@,b:@}", StringComparison.Ordinal), "1").Code);
    }

    [Fact]
    public void Text_that_doubles_at_each_step_is_too_large()
    {
        var doubling = "'xx'" + string.Concat(Enumerable.Repeat(" | join('', [@,@])", 40));

        Assert.Equal("too_large", RunError(doubling, "1").Code);
    }

    [Theory]
    [InlineData("[@]")]
    [InlineData("{a: @}")]
    public void A_value_that_nests_deeper_at_each_step_is_too_large(string wrap)
    {
        var shallow = string.Join(" | ", Enumerable.Repeat(wrap, 64));

        Assert.Equal(ExpressionValueKind.String, Run($"to_string({shallow})", Value("1")).Kind);
        Assert.Equal("too_large", RunError($"{shallow} | {wrap}", "1").Code);
    }

    [Fact]
    public void The_bound_of_a_result_counts_what_was_computed_and_not_what_was_passed_through()
    {
        var limits = new ExpressionLimits { ResultBytesMax = 10 };
        var data = Value("""{"a":"a text of more than ten bytes","b":[1,2,3]}""");

        Assert.Equal("\"a text of more than ten bytes\"", Show(Run("a", data, limits)));
        Assert.Equal("[1,2,3]", Show(Run("b[*]", data, limits)));
        Assert.Equal(ExpressionErrorKind.TooLarge, Parse("[a]").Evaluate(data, limits).Error?.Kind);
        Assert.Equal(ExpressionErrorKind.TooLarge, Parse("{long_name_of_it: `1`}").Evaluate(data, limits).Error?.Kind);
        Assert.Equal(ExpressionErrorKind.TooLarge, Parse("{a: b, b: b}").Evaluate(data, limits).Error?.Kind);
        Assert.Equal(ExpressionErrorKind.TooLarge, Parse("to_string(@)").Evaluate(data, limits).Error?.Kind);
    }

    [Fact]
    public void Lists_and_objects_that_the_caller_made_are_measured_too()
    {
        var list =
            ExpressionValue.FromItems(Enumerable.Repeat(ExpressionValue.FromString(new string('x', 100)), 6_000));
        var scope = new Scope(("list", list), ("more", new Scope(("list", list))));

        Assert.True(Parse("[list]").Evaluate(scope).IsSuccess);
        Assert.Equal("too_large", Parse("[list, list]").Evaluate(scope).Error?.Code);
        Assert.Equal("too_large", Parse("{all: @}").Evaluate(scope).Error?.Code);
        Assert.Equal(
            "fuel_exhausted", Parse("{all: @}").Evaluate(scope, new ExpressionLimits { FuelMax = 5_000 }).Error?.Code);
    }

    [Fact]
    public void An_object_without_end_is_too_large_and_does_not_take_the_stack()
    {
        var endless = ExpressionValue.FromObject(new Endless());

        Assert.Equal("too_large", Parse("[@]").Evaluate(endless).Error?.Code);
        Assert.Equal("too_large", Parse("@ == `1` || @ == @").Evaluate(endless).Error?.Code);
        Assert.Equal("too_large", Parse("to_string(@)").Evaluate(endless).Error?.Code);
        Assert.True(Parse("again.again.again").Evaluate(endless).IsSuccess);
    }

    [Fact]
    public void The_search_for_text_is_linear_even_where_all_of_it_almost_matches()
    {
        var data = new Scope(
            ("text", ExpressionValue.FromString(new string('a', 400_000) + "b" + new string('a', 100))),
            ("part", ExpressionValue.FromString(new string('a', 150_000) + "c")),
            ("near", ExpressionValue.FromString(new string('a', 150_000) + "ba")));

        Assert.Equal("[false,true]", Show(Run("[contains(text, part), contains(text, near)]", data)));
    }

    [Fact]
    public void An_expression_as_long_and_as_deep_as_allowed_evaluates_on_a_small_stack()
    {
        string[] texts =
        [
            new string('(', 127) + "a" + new string(')', 127),
            string.Concat(Enumerable.Repeat("a[*].", 60)) + "a",
            "a" + string.Concat(Enumerable.Repeat(".a", 4_000)),
            "a" + string.Concat(Enumerable.Repeat("|a", 4_000)),
            "a" + string.Concat(Enumerable.Repeat("||a", 2_700)),
            "a" + string.Concat(Enumerable.Repeat("[0]", 2_700)),
            string.Concat(Enumerable.Repeat("!", 126)) + "a",
            string.Concat(Enumerable.Repeat("to_array(", 126)) + "a" + new string(')', 126),
        ];
        var failures = new List<string>();
        var thread = new Thread(
            () =>
            {
                foreach (var text in texts)
                {
                    var parsed = Expression.TryParse(text, out var expression, out _);
                    if (!parsed || !expression!.Evaluate(Value("""{"a":[1]}""")).IsSuccess) failures.Add(text);
                }
            },
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.Empty(failures);
    }

    [Fact]
    public void Limits_cannot_be_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpressionLimits { FuelMax = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpressionLimits { ResultBytesMax = -1 });
    }

    [Fact]
    public void A_plain_path_over_a_document_allocates_nothing()
    {
        var expression = Parse("""steps.fetch.result.body[3].amount""");
        var data = Value("""{"steps":{"fetch":{"result":{"body":[0,{"amount":1},[],{"amount":7.5,"x":"y"}]}}}}""");
        Assert.Equal("7.5", expression.Evaluate(data).Value.Text);

        // A collection caused by another thread is counted against this one, so the least of several rounds tells.
        var least = Enumerable.Range(0, 20).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++) expression.Evaluate(data);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, least);
    }

    private sealed class Endless : ExpressionObject
    {
        public override IEnumerable<string> MemberNames => ["again"];

        public override bool TryGetMember(string name, out ExpressionValue value)
        {
            value = ExpressionValue.FromObject(this);
            return true;
        }
    }
}
