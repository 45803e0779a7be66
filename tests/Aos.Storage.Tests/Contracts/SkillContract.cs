using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Recorded versions of skills.</summary>
public abstract class SkillContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task Versions_are_listed_by_name_and_by_the_order_of_versions()
    {
        SkillRow[] rows = [Skill("b", "1.0.0"), Skill("a", "1.10.0"), Skill("a", "1.9.0"), Skill("a", "1.10.0-beta.1")];
        Assert.Empty(await Store.RecordSkillsAsync(rows, Cancel));

        var listed = await Store.ListSkillsAsync(Cancel);

        Assert.Equal(
            [("a", "1.9.0"), ("a", "1.10.0-beta.1"), ("a", "1.10.0"), ("b", "1.0.0")],
            listed.Select(row => (row.Name, row.Version)));
        Assert.Equal("contract of a 1.9.0", TestRun.Text(listed[0].Contract));
        Assert.Equal(Digest.Of("contract of a 1.9.0"u8), listed[0].Digest);
    }

    [Fact]
    public async Task A_version_recorded_again_is_accepted_and_stays_one()
    {
        await Store.RecordSkillsAsync([Skill("a", "1.0.0")], Cancel);
        Assert.Empty(await Store.RecordSkillsAsync([Skill("a", "1.0.0")], Cancel));
        Assert.Single(await Store.ListSkillsAsync(Cancel));
    }

    [Fact]
    public async Task A_version_with_another_digest_is_refused_and_the_others_are_recorded()
    {
        var other = await OpenAnotherAsync();
        await other.RecordSkillsAsync([Skill("a", "1.0.0")], Cancel);
        var changed = Skill("a", "1.0.0", "changed");

        var refused = await Store.RecordSkillsAsync([changed, Skill("b", "2.0.0")], Cancel);

        Assert.Equal([changed], refused);
        Assert.Equal(
            ["contract of a 1.0.0", "contract of b 2.0.0"],
            (await Store.ListSkillsAsync(Cancel)).Select(row => TestRun.Text(row.Contract)));
    }

    private static SkillRow Skill(string name, string version, string? contract = null)
    {
        var bytes = TestRun.Utf8(contract ?? $"contract of {name} {version}");
        return new SkillRow(name, version, Digest.Of(bytes), bytes);
    }
}
