using System.Diagnostics;
using System.Text.RegularExpressions;
using Aos.Abstractions.Storage;
using Aos.Runtime;
using Aos.Runtime.Hosting;
using Aos.Runtime.Runs;
using Aos.Testing.Skills;
using Aos.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Aos.Tests.Runtime;

public sealed partial class EmbeddingTests
{
    // Where the build puts it, beside these tests and in the same configuration.
    private static string Program { get; } =
        Path.Combine(
            AppContext.BaseDirectory.Replace("Aos.Tests", "HelloAos", StringComparison.Ordinal), "HelloAos.dll");

    [Fact]
    public async Task The_example_does_what_it_shows()
    {
        var folder = Directory.CreateTempSubdirectory("aos-hello-").FullName;
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Program, folder])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal("", await errors);
            Assert.StartsWith("""Success {"value":42} in run run_""", await output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_readme_shows_the_example_as_it_is()
    {
        var readme = Path.Combine(Repository.Root, "README.md");
        if (!File.Exists(readme)) return;
        var program =
            File.ReadAllText(Path.Combine(Repository.Root, "examples", "sdk", "HelloAos", "Program.cs")).Trim();
        foreach (Match snippet in Snippets().Matches(File.ReadAllText(readme)))
            if (snippet.Value.Contains("AddAos(", StringComparison.Ordinal))
                Assert.Equal(program, snippet.Groups["code"].Value.Trim());
    }

    [Fact]
    public async Task A_host_gets_its_skills_the_rule_planner_and_one_runtime()
    {
        var opened = 0;
        await using var services = new ServiceCollection()
            .AddAos(_ =>
            {
                opened++;
                return new MemoryStore(new MemoryStoreState());
            })
            .AddSkill(SkillTwins.HttpCall())
            .AddSkill(SkillTwins.JsonTransform())
            .BuildServiceProvider();
        var runtime = services.GetRequiredService<AosRuntime>();
        Assert.Same(runtime, services.GetRequiredService<AosRuntime>());
        Assert.Equal(1, opened);
        Assert.NotNull(services.GetRequiredService<IStore>());
        Assert.Equal(
            ["http_call", "json_transform", "runtime_query"],
            runtime.Skills.All.Select(skill => skill.Contract.Name.Value));
        var planned = await runtime.PlanAsync(new RunRequest { Goal = "bitcoin price" }, CancellationToken.None);
        Assert.Equal(["fetch", "price"], planned.Value!.Steps.Select(step => step.Id.Value));
    }

    [GeneratedRegex(
        "```csharp\n(?<code>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Snippets();
}
