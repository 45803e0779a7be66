using Aos.Storage.Sqlite.Runs;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

public sealed class OwnerLockTests : IDisposable
{
    private readonly DataDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_owner_that_closes_its_store_leaves_no_file()
    {
        var store = await _directory.OpenAsync();
        Assert.Equal($"{store.Owner}.lock", Path.GetFileName(Assert.Single(Directory.GetFiles(_directory.Owners))));
        await store.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_directory.Owners));
    }

    [Fact]
    public void A_killed_owner_is_gone_although_its_file_is_there()
    {
        using var looking = OwnerLock.Acquire(_directory.Owners);
        var killed = OwnerLock.Acquire(_directory.Owners);
        Assert.False(looking.IsGone(killed.Owner));

        killed.Abandon();

        Assert.True(looking.IsGone(killed.Owner));
        Assert.Equal(2, Directory.GetFiles(_directory.Owners).Length);
    }

    [Fact]
    public void An_owner_whose_file_is_missing_is_gone()
    {
        using var looking = OwnerLock.Acquire(_directory.Owners);
        Assert.True(looking.IsGone("own_nobody"));
        Assert.True(looking.IsGone("../../own_nobody"));
    }

    [Fact]
    public void Those_who_look_at_a_dead_owner_do_not_take_each_other_for_it()
    {
        using var looking = OwnerLock.Acquire(_directory.Owners);
        var killed = OwnerLock.Acquire(_directory.Owners);
        killed.Abandon();
        using var another = new FileStream(Path.Combine(_directory.Owners, killed.Owner + ".lock"),
            FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        Assert.True(looking.IsGone(killed.Owner));
    }

    [Fact]
    public async Task Files_of_dead_owners_are_removed_by_the_first_adoption_and_those_of_the_living_stay()
    {
        var dead = await _directory.OpenAsync();
        dead.Abandon();
        await using var alive = await _directory.OpenAsync();
        await using var store = await _directory.OpenAsync();
        Assert.Equal(3, Directory.GetFiles(_directory.Owners).Length);

        await store.AdoptAsync(new TestRun("a").Id, Cancel);

        Assert.Equal(
            new[] { $"{alive.Owner}.lock", $"{store.Owner}.lock" }.Order(StringComparer.Ordinal),
            Directory.GetFiles(_directory.Owners).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
