using Aos.Abstractions.Skills;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Runtime.Skills;
using Aos.Tests.Skills.Registry;

namespace Aos.Tests.Skills.Attributes;

public sealed class RegistrationDocTests
{
    [Theory]
    [InlineData("RegistrationExample.cs")]
    [InlineData("HandWrittenExample.cs")]
    public void The_page_shows_the_example_that_is_compiled_here(string file)
    {
        var source =
            File.ReadAllText(Path.Combine(Root(), "tests/Aos.Tests/Skills/Attributes", file)).ReplaceLineEndings("\n");
        var example = source.Split("// <example>\n")[1].Split("// </example>")[0].Trim();
        var page = File.ReadAllText(Path.Combine(Root(), "docs/skill_registration.md")).ReplaceLineEndings("\n");

        Assert.Contains($"```csharp\n{example}\n```", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hand_written_example_works()
    {
        var folder = Directory.CreateTempSubdirectory("aos-doc");
        try
        {
            var skill = Assert.Single(SkillRegistry.Create([new MoveFile()]).All);
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "a"), "x", TestContext.Current.CancellationToken);

            Assert.Equal(
                ("FILE_MISSING", EffectState.None),
                Facts(await InvokeAsync(skill, folder, """{"from":"z","to":"b"}""")));
            Assert.True((await InvokeAsync(skill, folder, """{"from":"a","to":"b","dry_run":true}""")).Succeeded);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "a")));
            Assert.Single((await InvokeAsync(skill, folder, """{"from":"a","to":"b"}""")).SideEffects);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "b")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string, EffectState) Facts(SkillResult result) => (result.Code.Value, result.Effect);

    private static async Task<SkillResult> InvokeAsync(ISkill skill, DirectoryInfo folder, string input) =>
        await skill.InvokeAsync(new SkillCall
        {
            Input = StubSkill.Json(input),
            IdempotencyKey = "key",
            Effect = EffectClass.Once,
            Timeout = TimeSpan.FromSeconds(1),
            Workspace = folder.FullName,
        }, TestContext.Current.CancellationToken);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aos.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
