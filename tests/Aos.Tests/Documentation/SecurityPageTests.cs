using System.Text.RegularExpressions;

namespace Aos.Tests.Documentation;

/// <summary>What the pages on security say is tested, is.</summary>
public sealed partial class SecurityPageTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Repository.PathOf("docs/security"), "*.md").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_threat_has_a_mitigation_and_tests_that_are_there(string page)
    {
        var rows = Repository.Read($"docs/security/{page}").Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)
                && !line.StartsWith("| threat ", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            Assert.Equal(3, row.Length);
            Assert.All(row, cell => Assert.NotEmpty(cell));
            var tests = TestName().Matches(row[2]);
            Assert.NotEmpty(tests);
            Assert.All(
                tests, test =>
                    Assert.True(
                        IsThere(test.Groups["type"].Value, test.Groups["test"].Value),
                        $"There is no test {test.Value}."));
        });
    }

    [Fact]
    public void The_search_for_tests_finds_what_is_there_and_nothing_else()
    {
        Assert.True(
            IsThere(nameof(SecurityPageTests), nameof(The_search_for_tests_finds_what_is_there_and_nothing_else)));
        Assert.False(IsThere(nameof(SecurityPageTests), "The_search"));
        Assert.False(IsThere("NoSuchTests", nameof(The_search_for_tests_finds_what_is_there_and_nothing_else)));
    }

    // By their source: tests of other projects are not referenced here.
    private static bool IsThere(string type, string test) =>
        Directory.EnumerateFiles(Repository.PathOf("tests"), $"{type}.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadLines(file)
            .Any(line => line.StartsWith($"    public async Task {test}(", StringComparison.Ordinal)
                || line.StartsWith($"    public void {test}(", StringComparison.Ordinal)));

    [GeneratedRegex(
        "`(?<type>[A-Za-z]+)\\.(?<test>[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();
}
