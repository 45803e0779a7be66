using System.Text.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

/// <summary>The official JSON-Schema-Test-Suite, read from <c>AOS_CONFORMANCE_DIR/json-schema</c>.</summary>
internal static class ConformanceSuite
{
    private const string Variable = "AOS_CONFORMANCE_DIR";
    private const string RemoteHost = "http://localhost:1234/";

    public sealed record Case(string Name, bool Expected, bool? Actual);

    public static void SkipUnlessConfigured() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 },
        $"Set {Variable} to a directory that holds json-schema/tests/draft2020-12 and json-schema/remotes of "
        + "https://github.com/json-schema-org/JSON-Schema-Test-Suite to run the official suite.");

    public static IReadOnlyList<Case> RunRequired() =>
        [.. Files("*.json", SearchOption.TopDirectoryOnly).SelectMany(Run)];

    /// <summary>The optional cases, those of formats with formats asserted.</summary>
    public static IReadOnlyList<Case> RunOptional() =>
        [.. Directory.EnumerateFiles(Path.Combine(Tests, "optional"), "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).SelectMany(Run)];

    private static string Root => Path.Combine(Environment.GetEnvironmentVariable(Variable)!, "json-schema");

    private static string Tests => Path.Combine(Root, "tests", "draft2020-12");

    private static IEnumerable<string> Files(string pattern, SearchOption depth) =>
        Directory.EnumerateFiles(Tests, pattern, depth).Order(StringComparer.Ordinal);

    private static IEnumerable<Case> Run(string file)
    {
        var name = Path.GetRelativePath(Tests, file).Replace('\\', '/');
        var options = new SchemaOptions
        {
            Registry = Remotes.Value,
            AssertFormats = name.StartsWith("optional/format/", StringComparison.Ordinal),
        };
        foreach (var group in JsonElement.Parse(File.ReadAllBytes(file)).EnumerateArray())
        {
            var schema =
                (JsonSchema.Compile(group.GetProperty("schema"), options) as SchemaCompilation.Compiled)?.Schema;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var label = $"{name} | {group.GetProperty("description")} | {test.GetProperty("description")}";
                yield return new Case(
                    label, test.GetProperty("valid").GetBoolean(), Verdict(schema, test.GetProperty("data")));
            }
        }
    }

    private static bool? Verdict(JsonSchema? schema, JsonElement instance)
    {
        if (schema is null)
            return null;
        var isValid = schema.IsValid(instance);
        Assert.Equal(isValid, schema.Validate(instance).IsValid);
        return isValid;
    }

    private static readonly Lazy<SchemaRegistry> Remotes = new(() =>
    {
        var folder = Path.Combine(Root, "remotes");
        return Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Aggregate(
            SchemaRegistry.Empty,
            (registry, file) => registry.Add(
                RemoteHost + Path.GetRelativePath(folder, file).Replace('\\', '/'),
                JsonElement.Parse(File.ReadAllBytes(file))));
    });
}
