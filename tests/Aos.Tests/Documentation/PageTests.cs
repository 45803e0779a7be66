using System.Text.Json;
using Aos.Contracts.Runs;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;

namespace Aos.Tests.Documentation;

public sealed class PageTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_in_it()
    {
        var broken = MarkdownPage.All.SelectMany(
            page => page.Links.Where(link => !Resolves(page, link)).Select(link => $"{page.Path}: {link}"));
        Assert.Empty(broken);
    }

    [Fact]
    public void The_search_for_links_finds_them()
    {
        var page = new MarkdownPage(
            "docs/x.md", "See [a](a.md#b), `[not](this)` and\n```sh\n[nor](that)\n```\n## Where things *are*\n");
        Assert.Equal(["a.md#b"], page.Links);
        Assert.Equal(["where-things-are"], page.Anchors);
        Assert.Contains(
            MarkdownPage.All, known => known.Path == "README.md" && known.Links.Contains("docs/formats.md"));
    }

    [Fact]
    public void No_page_names_a_path_of_this_machine()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var top = Repository.Root.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)[0];
        string[] paths = [Repository.Root, $"{home}/", $"/{top}/"];
        Assert.Empty(
            MarkdownPage.All
                .Where(page => Array.Exists(paths, path => page.Text.Contains(path, StringComparison.Ordinal)))
            .Select(page => page.Path));
    }

    [Fact]
    public void The_table_of_compared_fields_is_what_the_behaviour_digest_hashes()
    {
        var rows = Repository.Read("docs/determinism_and_replay.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (Field: cells[1].Trim('`'), Verdict: cells[2])).ToList();
        Assert.All(rows, row => Assert.True(row.Verdict is "compared" or "ignored", $"{row.Field} is {row.Verdict}."));
        Assert.Equal(BehaviourDigest.Fields.Order(StringComparer.Ordinal),
            rows.Where(row => row.Verdict == "compared").Select(row => row.Field).Order(StringComparer.Ordinal));
        Assert.Contains(rows, row => row.Verdict == "ignored");
    }

    [Fact]
    public void The_diagrams_of_the_architecture_show_every_state_of_a_run_and_of_a_call()
    {
        var page = Repository.Read("docs/architecture.md");
        var states = Enum.GetNames<RunStatus>().Concat(Enum.GetNames<CallPhase>())
            .Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);
        Assert.All(states, state => Assert.Matches($@"\b{state}\b", page));
    }

    private static bool Resolves(MarkdownPage page, string link)
    {
        if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal))
            return true;
        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? page.Path
            : Path.GetRelativePath(
                Repository.Root,
                Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PathOf(page.Path))!, parts[0])));
        if (!Path.Exists(Repository.PathOf(target))) return false;
        return parts.Length == 1
            || MarkdownPage.All.Any(
                known => known.Path == target.Replace('\\', '/') && known.Anchors.Contains(parts[1]));
    }
}
