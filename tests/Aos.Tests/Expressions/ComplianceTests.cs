using System.Text.Json;
using Aos.Contracts.Expressions;

namespace Aos.Tests.Expressions;

public sealed class ComplianceTests
{
    public static TheoryData<string> Files => [.. JmesPathSuite.Files];

    [Theory, MemberData(nameof(Files))]
    public void Every_case_of_the_official_suite_passes(string file)
    {
        var cases = JmesPathSuite.Read(file);

        Assert.NotEmpty(cases);
        Assert.Equal([], cases.Select(Mistake).Where(mistake => mistake is not null));
    }

    [Fact]
    public void The_suite_is_whole() =>
        Assert.Equal(908, JmesPathSuite.Files.Sum(file => JmesPathSuite.Read(file).Count));

    private static string? Mistake(JmesPathSuite.Case test)
    {
        ExpressionResult result = default;
        if (Expression.TryParse(test.Expression, out var expression, out var error))
        {
            result = expression.Evaluate(ExpressionValue.FromElement(test.Given));
            error = result.Error;
        }

        if (error is not null || test.Error is not null)
        {
            var found = error?.Code.Replace('_', '-');
            return found == test.Error ? null : $"{test.Expression}: expected {test.Error ?? "a value"}, found {found}";
        }

        if (test.Result is not { } expected) return null; // A benchmark states no result.
        var actual = JsonElement.Parse(result.Value.ToCanonicalUtf8());
        return JsonElement.DeepEquals(expected, actual)
            ? null : $"{test.Expression}: expected {expected}, found {actual}";
    }
}
