using System.Reflection;
using System.Text.RegularExpressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;

namespace Aos.Tests.Failures;

/// <summary>One vocabulary: constants, catalog, documentation and what the code emits have the same codes.</summary>
public sealed partial class ErrorCodeTests
{
    private static readonly SortedSet<string> Catalog =
        new(BuiltInCatalog.Instance.Entries.Select(entry => entry.Code.Value), StringComparer.Ordinal);

    [Fact]
    public void Each_code_stands_in_the_catalog_once() =>
        Assert.DoesNotContain(BuiltInCatalog.Instance.Entries.CountBy(entry => entry.Code), count => count.Value > 1);

    [Fact]
    public void The_constants_are_the_codes_of_the_catalog() =>
        Assert.Equal(
            Catalog, Constants<ErrorCode>(typeof(ErrorCodes)).Select(code => code.Value).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(typeof(JsonProblemCodes))]
    [InlineData(typeof(SchemaProblemCodes))]
    public void The_codes_of_problems_are_codes_of_the_catalog(Type codes)
    {
        var used = Constants<string>(codes).ToList();
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(Catalog, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_that_the_sources_spell_out_is_a_code_of_the_catalog()
    {
        var spelled = Directory.GetFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Aos.Testing", StringComparison.Ordinal))
            .SelectMany(file => SpelledOut().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["code"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("TIMEOUT", spelled);
        Assert.Empty(spelled.Except(Catalog, StringComparer.Ordinal));
    }

    [Fact]
    public void Cause_and_cure_are_sentences() =>
        Assert.All(BuiltInCatalog.Instance.Entries, entry =>
        {
            Assert.Matches(@"^[A-Z`].*\.$", entry.Cause);
            Assert.Matches(@"^[A-Z`].*\.$", entry.Cure);
        });

    [Fact]
    public void A_refusal_that_will_last_is_never_retried() =>
        Assert.All(BuiltInCatalog.Instance.Entries, entry => Assert.True(
            entry.Retry is null || entry.Category is FailureCategory.Transient or FailureCategory.Unknown,
            $"{entry.Code} is retried, though it is {entry.Category}."));

    [Fact]
    public void The_page_is_what_the_catalog_says() =>
        Repository.AssertGenerated(TaxonomyPage.Path, TaxonomyPage.Write(BuiltInCatalog.Instance));

    private static IEnumerable<T> Constants<T>(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<T>();

    [GeneratedRegex(@"ErrorCode\.Parse\(""(?<code>[A-Z0-9_]+)""\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SpelledOut();
}
