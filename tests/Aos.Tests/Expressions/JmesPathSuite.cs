using System.Text.Json;

namespace Aos.Tests.Expressions;

/// <summary>The official compliance suite of JMESPath, read from where AOS_CONFORMANCE_DIR points.</summary>
internal static class JmesPathSuite
{
    public static readonly string[] Files =
    [
        "basic", "benchmarks", "boolean", "current", "escape", "filters", "functions", "identifiers",
        "indices", "literal", "multiselect", "pipe", "slice", "syntax", "unicode", "wildcard",
    ];

    public sealed record Case(JsonElement Given, string Expression, JsonElement? Result, string? Error);

    public static List<Case> Read(string file)
    {
        var home = Environment.GetEnvironmentVariable("AOS_CONFORMANCE_DIR");
        if (string.IsNullOrEmpty(home))
            Assert.Skip("Set AOS_CONFORMANCE_DIR to the folder of the official test suites.");
        using var suite =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(home, "jmespath", "tests", file + ".json")));

        var cases = new List<Case>();
        foreach (var group in suite.RootElement.Clone().EnumerateArray())
        {
            foreach (var each in group.GetProperty("cases").EnumerateArray())
            {
                cases.Add(new Case(
                    group.GetProperty("given"),
                    each.GetProperty("expression").GetString()!,
                    each.TryGetProperty("result", out var result) ? result : null,
                    each.TryGetProperty("error", out var error) ? error.GetString() : null));
            }
        }

        return cases;
    }
}
