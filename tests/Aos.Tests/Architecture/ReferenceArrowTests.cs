using System.Xml.Linq;

namespace Aos.Tests.Architecture;

/// <summary>The arrows of the layout: what may reference what. Any other arrow fails.</summary>
public sealed class ReferenceArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Aos.Contracts"] = [],
        ["Aos.Kernel"] = ["Aos.Contracts"],
        ["Aos.Abstractions"] = ["Aos.Contracts"],
        ["Aos.Runtime"] = ["Aos.Kernel", "Aos.Abstractions"],
        ["Aos.Storage.Sqlite"] = ["Aos.Abstractions"],
        ["Aos.Storage.Postgres"] = ["Aos.Abstractions"],
        ["Aos.Skills.Standard"] = ["Aos.Abstractions"],
        ["Aos.Extensions.AI"] = ["Aos.Runtime"],
        ["Aos.Cluster"] = ["Aos.Runtime"],
        ["Aos.Client"] = ["Aos.Contracts"],
        ["Aos.Server"] =
            ["Aos.Runtime", "Aos.Cluster", "Aos.Storage.Sqlite", "Aos.Storage.Postgres", "Aos.Skills.Standard"],
        ["Aos.Cli"] = ["Aos.Runtime", "Aos.Storage.Sqlite", "Aos.Skills.Standard", "Aos.Client"],
        ["Aos.Testing"] = ["Aos.Runtime", "Aos.Skills.Standard"],
    };

    // A source generator runs in the compiler: it is no arrow between assemblies.
    private static bool IsArrow(XElement reference) => (string?)reference.Attribute("OutputItemType") != "Analyzer";

    public static TheoryData<string> Projects() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => !IsGenerator(path)).Select(path => Path.GetFileNameWithoutExtension(path)!)];

    private static bool IsGenerator(string path) => XDocument.Load(path).Descendants("IsRoslynComponent").Any();

    private static XDocument Load(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_layout_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"The layout has no project '{project}'.");

        var found = Load(project).Descendants("ProjectReference").Where(IsArrow)
            .Select(
                reference =>
                    Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

        Assert.Empty(found.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Aos.Contracts")]
    [InlineData("Aos.Kernel")]
    [InlineData("Aos.Abstractions")]
    public void The_inner_projects_have_no_packages(string project) =>
        Assert.Empty(Load(project).Descendants("PackageReference"));

    [Fact]
    public void Projects_reference_each_other_as_projects_only() => Assert.All(Projects(), project =>
        Assert.Empty(Load(project.Data).Descendants("Reference")));
}
