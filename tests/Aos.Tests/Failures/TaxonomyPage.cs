using System.Globalization;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Tests.Schemas.Generation;

namespace Aos.Tests.Failures;

/// <summary>Writes <c>docs/error_taxonomy.md</c> from a catalog.</summary>
internal static class TaxonomyPage
{
    public const string Path = "docs/error_taxonomy.md";

    private const string Introduction = """
        # Error taxonomy

        Every way in which a call, a step or a run can end has one code. The codes come from the failure catalog
        (`src/Aos.Contracts/Failures/failure_catalog.json`), which also decides on retry, so this page cannot differ from
        what AOS does: it is generated from the catalog, and a test fails where the two differ.

        An agent reads the code in `code` and in `failure` of a [structured outcome](formats.md#structured-outcome); a shell reads
        the exit code. A skill may declare codes of its own in its contract: one that the catalog does not know is never retried.
        [A catalog of your own](formats.md#failure-catalog) on top of this one changes what is retried and how often.

        **Retried** says what the catalog allows. The effect class of the call comes first: what is not known to have failed,
        and cannot be repeated safely, is never tried again (see [determinism and replay](determinism_and_replay.md)).
        The exit code is that of `aos run` for a run that ends with the code.

        """;

    public static string Write(FailureCatalog catalog)
    {
        var page = new StringBuilder(Introduction).Append('\n');
        var groups = catalog.Entries.GroupBy(entry => entry.Category).OrderBy(group => group.Key).ToList();
        page.Append("| category | what it means | codes |\n|---|---|---|\n");
        foreach (var group in groups)
            page.Append(CultureInfo.InvariantCulture,
                $"| [{Name(group.Key)}](#{Name(group.Key)}) | {Meaning(group.Key)} | {group.Count()} |\n");
        foreach (var group in groups)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {Name(group.Key)}\n\n{Meaning(group.Key)}\n");
            foreach (var entry in group) Append(page, entry);
        }
        return page.ToString();
    }

    private static void Append(StringBuilder page, FailureEntry entry)
    {
        page.Append(
            CultureInfo.InvariantCulture, $"\n### {entry.Code}\n\n- Cause: {entry.Cause}\n- Cure: {entry.Cure}\n");
        page.Append(
            CultureInfo.InvariantCulture, $"- Retried: {Retry(entry.Retry)}\n- Exit code: {entry.ExitCode ?? 1}\n");
        if (!entry.Suggestions.IsEmpty)
            page.Append(CultureInfo.InvariantCulture, $"- An agent can: {string.Join(" ", entry.Suggestions)}\n");
    }

    private static string Retry(RetryRule? rule) => rule switch
    {
        null => "never.",
        { InitialMs: 0 } => $"at once, {rule.MaxAttempts} attempts in all.",
        _ => $"{rule.MaxAttempts} attempts in all. The wait is drawn from 0 to {Seconds(rule.InitialMs)}, "
            + $"a bound that grows {rule.Factor}-fold up to {Seconds(rule.MaxMs)}.",
    };

    private static string Seconds(int milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000m:0.###} s");

    private static string Name(FailureCategory category) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(category.ToString());

    private static string? Meaning(FailureCategory category) => ContractDocumentation.Of(category);
}
