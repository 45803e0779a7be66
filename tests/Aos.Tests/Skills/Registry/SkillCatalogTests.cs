using Aos.Contracts.Values;
using Aos.Runtime.Skills;
using Aos.Testing.Storage;

namespace Aos.Tests.Skills.Registry;

public sealed class SkillCatalogTests
{
    [Fact]
    public async Task A_published_contract_cannot_change_but_a_new_version_can_come()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var store = new MemoryStore(new MemoryStoreState());
        var first = StubSkill.Named("a", "1.0.0");
        var changed = StubSkill.Named("a", "1.0.0", c => c with { Description = "Does something else." });
        var next = StubSkill.Named("a", "1.1.0", c => c with { Description = "Does something else." });

        Assert.Empty(await SkillCatalog.RecordAsync(SkillRegistry.Create([first]), store, cancel));
        Assert.Empty(
            await SkillCatalog.RecordAsync(SkillRegistry.Create([StubSkill.Named("a", "1.0.0"), next]), store, cancel));
        var problems = await SkillCatalog.RecordAsync(SkillRegistry.Create([changed, next]), store, cancel);

        Assert.Equal("/a@1.0.0", Assert.Single(problems).Pointer);
        Assert.Contains("new version", problems[0].Message, StringComparison.Ordinal);
        var rows = await store.ListSkillsAsync(cancel);
        Assert.Equal(["a 1.0.0", "a 1.1.0"], rows.Select(row => $"{row.Name} {row.Version}"));
        Assert.Equal(SkillCatalog.DigestOf(first.Contract), rows[0].Digest);
    }

    [Fact]
    public void The_digest_of_a_contract_does_not_depend_on_how_its_schemas_are_spelled()
    {
        var spaced = StubSkill.Named("a", "1.0.0", c => c with
        {
            InputSchema = StubSkill.Json("""{ "properties": { "n": { "type": "integer" } }, "type": "object" }"""),
        });
        var other = StubSkill.Named("a", "1.0.0", c => c with { Cost = new() { Worst = new Money(1) } });

        Assert.Equal(
            SkillCatalog.DigestOf(StubSkill.Named("a", "1.0.0").Contract), SkillCatalog.DigestOf(spaced.Contract));
        Assert.NotEqual(
            SkillCatalog.DigestOf(StubSkill.Named("a", "1.0.0").Contract), SkillCatalog.DigestOf(other.Contract));
    }
}
