using System.ComponentModel;
using System.Globalization;
using Aos.Contracts.Agents;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Extensions.AI;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.JsonTransform;
using Aos.Storage.Sqlite;
using Microsoft.Extensions.AI;

namespace Aos.Tests.Documentation;

/// <summary>The program of the page on Microsoft.Extensions.AI, compiled and run.</summary>
public sealed class ExtensionsAiExample
{
    [Fact]
    public async Task The_program_of_the_page_runs()
    {
        var folder = Directory.CreateTempSubdirectory("aos-ai-").FullName;
        try
        {
            using var output = new StringWriter(CultureInfo.InvariantCulture);
            await RunAsync(folder, output, TestContext.Current.CancellationToken);
            var lines = output.ToString().Trim().Split('\n');
            Assert.Equal(["""{"value":7}""", "rate: 1.08"], lines[..2]);
            Assert.StartsWith("""{"status":"failure","code":"FUNCTION_FAILED","message":"rate failed: """, lines[2], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_page_shows_the_program_that_is_compiled_here()
    {
        var shown = MarkdownPage.All.Single(page => page.Path == "docs/extensions-ai.md").Blocks.First(block => block.Language == "csharp").Text;
        var source = Repository.Read("tests/Aos.Tests/Documentation/ExtensionsAiExample.cs");
        var compiled = source.Split("// <page>\n")[1].Split("        // </page>")[0].Replace("\n        ", "\n", StringComparison.Ordinal);
        Assert.Equal(compiled.Trim(), shown.Trim());
    }

    private static async Task RunAsync(string folder, TextWriter Console, CancellationToken cancel)
    {
        // <page>
        // A function of yours becomes a skill. Its effect class is yours to say: without it, it counts as `once`.
        var rate = AIFunctionFactory.Create([Description("Gives the rate of a currency.")] (string currency) =>
            currency == "EUR" ? 1.08m : throw new ArgumentException($"'{currency}' is not traded"), "rate");
        var skills = SkillRegistry.Create(
            [new JsonTransformSkill(), new FunctionSkill(rate, new FunctionSkillOptions { Effect = EffectClass.Read })]);

        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = folder }, TimeProvider.System, cancel);
        await using var aos = new AosRuntime(new AosRuntimeParts { Store = store, Skills = skills });

        // The skills that a profile allows become functions, ready for `ChatOptions.Tools`.
        var profile = new AgentProfile { AgentId = "clerk", Skills = [SkillRef.Parse("json_transform@1"), SkillRef.Parse("rate@1")] };
        var tools = aos.AsFunctions(profile, new SkillFunctionOptions { TotalBudget = Money.FromCents(25) });

        // What a chat client does when the model calls them:
        var sum = tools.Single(tool => tool.Name == "json_transform");
        Console.WriteLine(await sum.InvokeAsync(new() { ["data"] = new[] { 3, 4 }, ["expression"] = "sum(@)" }, cancel));
        var asked = tools.Single(tool => tool.Name == "rate");
        Console.WriteLine($"rate: {await asked.InvokeAsync(new() { ["currency"] = "EUR" }, cancel)}");
        Console.WriteLine(await asked.InvokeAsync(new() { ["currency"] = "XXX" }, cancel));
        // {"value":7}
        // rate: 1.08
        // {"status":"failure","code":"FUNCTION_FAILED","message":"rate failed: 'XXX' is not traded",...}
        // </page>
    }
}
