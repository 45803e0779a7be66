using System.Text.Json;
using Aos.Contracts.Expressions;
using CsCheck;

namespace Aos.Tests.Expressions;

public sealed class ExpressionProperties
{
    private const string Alphabet = "ab1-.*[]{}()@&|!=<>?:,'\"`\\ \n\u00e9\ud83d\ude00$}";

    private static readonly Gen<string> Noise = Gen.String[Gen.Char[Alphabet], 0, 10];

    [Fact]
    public void Parsing_any_text_gives_an_expression_or_an_error_within_the_text() =>
        Gen.String[Gen.Char[Alphabet], 0, 40].Sample(
            text =>
            {
                var parsed = Expression.TryParse(text, out var expression, out var error);
                Assert.Equal(parsed, expression is not null);
                Assert.Equal(parsed, error is null);
                if (error is not null) Assert.InRange(error.Position, 0, text.Length);
                expression?.Evaluate(ExpressionTesting.Value("""{"a":[1,{"b":"a"}],"b":{"a":null}}"""));
            },
            iter: 20_000);

    [Fact]
    public void Parsing_until_a_brace_agrees_with_parsing_what_stands_before_it() =>
        Gen.Select(ExpressionGen.Expression, Noise, Noise).Sample(
            (text, before, after) =>
            {
                var embedded = before + "${" + text + "}" + after;
                Assert.True(
                    Expression.TryParseUntilBrace(embedded, before.Length + 2, out var expression, out var end, out _));
                Assert.Equal(before.Length + 2 + text.Length, end);
                Assert.Equal(text, expression.Text);
            },
            iter: 2_000);

    [Fact]
    public void The_same_expression_and_data_always_give_the_same_bytes_at_the_same_cost() =>
        Gen.Select(ExpressionGen.Expression, ExpressionGen.Data).Sample(
            (text, data) =>
            {
                var first = ExpressionTesting.Parse(text).Evaluate(data.Planned);
                var second = ExpressionTesting.Parse(text).Evaluate(data.Planned);
                Assert.Equal(first.Error, second.Error);
                Assert.Equal(first.FuelUsed, second.FuelUsed);
                Assert.Equal(ExpressionTesting.Show(first.Value), ExpressionTesting.Show(second.Value));
            },
            iter: 5_000);

    [Fact]
    public void What_is_known_when_planning_is_true_when_the_plan_runs() =>
        Gen.Select(ExpressionGen.Expression, ExpressionGen.Data).Sample(
            (text, data) =>
            {
                var expression = ExpressionTesting.Parse(text);
                var planned = expression.Evaluate(data.Planned);
                var real = expression.Evaluate(data.Real);
                if (real.IsSuccess)
                {
                    Assert.True(planned.IsSuccess, planned.Error?.Message);
                    var change = $"{ExpressionTesting.Show(planned.Value)} became {ExpressionTesting.Show(real.Value)}";
                    Assert.True(Agrees(planned.Value, real.Value), change);
                }
            },
            iter: 50_000);

    [Fact]
    public void Data_gives_the_same_result_as_a_document_and_as_objects_in_memory() =>
        Gen.Select(ExpressionGen.Expression, ExpressionGen.Data).Sample(
            (text, data) =>
            {
                var document = ExpressionValue.FromElement(JsonElement.Parse(data.Real.ToCanonicalUtf8()));
                var expression = ExpressionTesting.Parse(text);
                var (inMemory, inDocument) = (expression.Evaluate(data.Real), expression.Evaluate(document));
                Assert.Equal(inMemory.Error?.Kind, inDocument.Error?.Kind);
                Assert.Equal(ExpressionTesting.Show(inMemory.Value), ExpressionTesting.Show(inDocument.Value));
            },
            iter: 5_000);

    [Fact]
    public void Less_fuel_than_an_evaluation_used_is_exhausted_and_exactly_that_much_suffices() =>
        Gen.Select(ExpressionGen.Expression, ExpressionGen.Data).Sample(
            (text, data) =>
            {
                var expression = ExpressionTesting.Parse(text);
                var used = expression.Evaluate(data.Real).FuelUsed;
                if (used == 0) return; // Selecting from null looks at nothing.
                var enough = expression.Evaluate(data.Real, new ExpressionLimits { FuelMax = used });
                var less = expression.Evaluate(data.Real, new ExpressionLimits { FuelMax = used - 1 });
                Assert.NotEqual(ExpressionErrorKind.FuelExhausted, enough.Error?.Kind);
                Assert.Equal(ExpressionErrorKind.FuelExhausted, less.Error?.Kind);
            },
            iter: 5_000);

    private static bool Agrees(ExpressionValue planned, ExpressionValue real)
    {
        if (planned.IsUnknown) return planned.IsTruthy is null || planned.IsTruthy == real.IsTruthy;
        if (planned.Kind != real.Kind) return false;
        return planned.Kind switch
        {
            ExpressionValueKind.Array => planned.ItemCount == real.ItemCount
                && planned.Items.Zip(real.Items).All(pair => Agrees(pair.First, pair.Second)),
            ExpressionValueKind.Object => planned.MemberNames.SequenceEqual(real.MemberNames)
                && planned.Members.Zip(real.Members).All(pair => Agrees(pair.First.Value, pair.Second.Value)),
            _ => ExpressionTesting.Show(planned) == ExpressionTesting.Show(real),
        };
    }
}
