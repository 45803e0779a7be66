using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.JsonTransform;
using Aos.Storage.Sqlite;

namespace Aos.Tests.Documentation;

/// <summary>The program of the readme, compiled and run.</summary>
public sealed class EmbeddingExample
{
    [Fact]
    public async Task The_program_of_the_readme_runs()
    {
        var folder = Directory.CreateTempSubdirectory("aos-readme-").FullName;
        try
        {
            using var output = new StringWriter();
            await RunAsync(folder, output, TestContext.Current.CancellationToken);
            Assert.Equal("Completed: 1980", output.ToString().Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_readme_shows_the_program_that_is_compiled_here()
    {
        var shown = MarkdownPage.All.Single(page => page.Path == "README.md").Blocks.Single(
            block => block.Language == "csharp").Text;
        var source = Repository.Read("tests/Aos.Tests/Documentation/EmbeddingExample.cs");
        var compiled = source.Split("// <readme>\n")[1].Split("        // </readme>")[0].Replace(
            "\n        ", "\n", StringComparison.Ordinal);
        Assert.Equal(compiled.Trim(), shown.Trim());
    }

    private static async Task RunAsync(string folder, TextWriter Console, CancellationToken cancel)
    {
        // <readme>
        await using var store =
            await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = folder }, TimeProvider.System, cancel);
        var skills = SkillRegistry.Create([new JsonTransformSkill()]);
        await using var aos = new AosRuntime(new AosRuntimeParts { Store = store, Skills = skills });

        var plan = PlanReader.Read("""
            { "steps": [{ "id": "total", "skill": "json_transform@1",
                          "input": { "data": "${input}", "expression": "sum(items[].cents)" } }],
              "output": "steps.total.result.value" }
            """u8.ToArray());
        var input = Payload.FromUtf8("""{ "items": [{ "cents": 1250 }, { "cents": 730 }] }"""u8.ToArray());
        var (report, outcome) = await aos.RunAsync(new RunRequest { Plan = plan.Value, Input = input }, cancel);
        Console.WriteLine(report is null ? outcome.Message : $"{report.Status}: {report.Output}"); // Completed: 1980
        // </readme>
    }
}
