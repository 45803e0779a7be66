using System.Text.RegularExpressions;

namespace Aos.Tests.Documentation;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, from the root of the working copy.</param>
/// <param name="Language">The first word behind the fence.</param>
/// <param name="Kind">The second word, such as <c>plan</c>: what the block is an example of. May be empty.</param>
/// <param name="Text">What stands in it.</param>
internal sealed record CodeBlock(string Page, string Language, string Kind, string Text);

/// <summary>A page of the documentation.</summary>
/// <param name="Path">Where it is, from the root of the working copy.</param>
/// <param name="Text">What it says.</param>
internal sealed partial record MarkdownPage(string Path, string Text)
{
    private static readonly string[] Folders = ["docs", "examples"];

    public static IReadOnlyList<MarkdownPage> All { get; } = [.. Find()];

    public IEnumerable<CodeBlock> Blocks => Fences().Matches(Text)
        .Select(
            match =>
                new CodeBlock(
                    Path, match.Groups["language"].Value, match.Groups["kind"].Value, match.Groups["text"].Value));

    private string Prose => Code().Replace(Fences().Replace(Text, ""), "");

    /// <summary>The targets of its links, code left out.</summary>
    public IEnumerable<string> Links => Targets().Matches(Prose).Select(match => match.Groups["target"].Value);

    /// <summary>The anchors of its headings, as they are made where such pages are shown.</summary>
    public HashSet<string> Anchors => Headings().Matches(Fences().Replace(Text, ""))
        .Select(
            match => Punctuation().Replace(match.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
        .ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<MarkdownPage> Find()
    {
        var files =
            Directory.GetFiles(Repository.Root, "*.md").Concat(Folders.Select(Repository.PathOf).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories)));
        foreach (var file in files.Order(StringComparer.Ordinal))
            yield return new MarkdownPage(
                System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), File.ReadAllText(file));
    }

    [GeneratedRegex(
        @"^```(?<language>\w+)?(?: (?<kind>\w+))?[^\n]*\n(?<text>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Fences();

    [GeneratedRegex(@"`[^`\n]*`", RegexOptions.None, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Targets();

    [GeneratedRegex(@"^#{1,6} (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Headings();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 5000)]
    private static partial Regex Punctuation();
}
