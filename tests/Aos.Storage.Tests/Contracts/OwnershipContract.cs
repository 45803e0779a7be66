using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Who runs what.</summary>
public abstract class OwnershipContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_run_is_owned_for_as_long_as_its_process_lives_and_it_has_not_ended()
    {
        var dead = await OpenAnotherAsync();
        var (mine, theirs) = (new TestRun("a"), new TestRun("b"));
        await Store.AppendAsync(new[] { mine.Begin() }, Cancel);
        await dead.AppendAsync(new[] { theirs.Begin() }, Cancel);
        Assert.True(await Store.IsOwnedAsync(mine.Id, Cancel));
        Assert.True(await Store.IsOwnedAsync(theirs.Id, Cancel));
        Assert.False(await Store.IsOwnedAsync(new TestRun("c").Id, Cancel));

        await CrashAsync(dead);
        Assert.False(await Store.IsOwnedAsync(theirs.Id, Cancel));
        await Store.AppendAsync(
            new[] { mine.Next("end") with { Row = mine.Row(Aos.Contracts.Runs.RunStatus.Completed) } }, Cancel);
        Assert.False(await Store.IsOwnedAsync(mine.Id, Cancel));
    }

    [Fact]
    public async Task Every_process_has_a_name_of_its_own() =>
        Assert.NotEqual(Store.Owner, (await OpenAnotherAsync()).Owner);

    [Fact]
    public async Task A_run_of_a_living_process_is_not_adopted_nor_written_by_another()
    {
        var run = await BeginAsync("a");
        var other = await OpenAnotherAsync();

        Assert.Null(await other.AdoptAsync(run.Id, Cancel));
        Assert.Equal([AppendResult.Conflict], await other.AppendAsync(new[] { run.Next("2") }, Cancel));
        Assert.Equal(Store.Owner, (await RowAsync(run)).Row.Owner);
        Assert.Equal(["begun"], await EventsAsync(run));
    }

    [Fact]
    public async Task A_process_that_owns_a_run_adopts_it_without_a_new_epoch()
    {
        var run = await BeginAsync("a");
        Assert.Equal(1, await Store.AdoptAsync(run.Id, Cancel));
        Assert.Equal(1, (await RowAsync(run)).Row.Epoch);
    }

    [Fact]
    public async Task A_run_that_does_not_exist_is_not_adopted() =>
        Assert.Null(await Store.AdoptAsync(new TestRun("a").Id, Cancel));

    [Theory]
    [InlineData(RunStatus.Running, 2)]
    [InlineData(RunStatus.Waiting, 2)]
    [InlineData(RunStatus.Quarantined, 2)]
    [InlineData(RunStatus.Completed, null)]
    [InlineData(RunStatus.Failed, null)]
    [InlineData(RunStatus.Cancelled, null)]
    public async Task Only_open_runs_of_a_dead_process_are_adopted(RunStatus status, int? epoch)
    {
        var dead = await OpenAnotherAsync();
        var run = new TestRun("a");
        await dead.AppendAsync(new[] { run.Begin(), run.Next("2") with { Row = run.Row(status) } }, Cancel);
        await CrashAsync(dead);

        Assert.Equal(epoch, await Store.AdoptAsync(run.Id, Cancel));
        Assert.Equal(epoch is null ? dead.Owner : Store.Owner, (await RowAsync(run)).Row.Owner);
    }

    [Fact]
    public async Task A_run_of_a_process_that_closed_the_store_is_adopted_and_goes_on()
    {
        var other = await OpenAnotherAsync();
        var run = new TestRun("a");
        await other.AppendAsync(new[] { run.Begin("theirs") }, Cancel);
        await other.DisposeAsync();

        Assert.Equal([AppendResult.Conflict], await AppendAsync(new TestRun("a") { Seq = 1 }.Next("too early")));
        Assert.Equal(2, await Store.AdoptAsync(run.Id, Cancel));
        await WriteAsync(run.Next("mine"));
        Assert.Equal(["theirs", "mine"], await EventsAsync(run));
    }

    [Fact]
    public async Task A_released_run_is_adopted_at_once_and_no_longer_written_by_who_released_it()
    {
        var run = await BeginAsync("a");
        var other = await OpenAnotherAsync();
        await Store.ReleaseAsync(run.Id, Cancel);

        Assert.Null((await RowAsync(run)).Row.Owner);
        Assert.Equal(2, await other.AdoptAsync(run.Id, Cancel));
        var slice = run.Next("2");
        Assert.Equal([AppendResult.Conflict], await AppendAsync(slice));
        Assert.Equal([AppendResult.Written], await other.AppendAsync(new[] { slice }, Cancel));
        Assert.Equal(2, (await RowAsync(run)).Row.Epoch);
    }

    [Fact]
    public async Task A_run_released_and_taken_back_has_a_new_epoch()
    {
        var run = await BeginAsync("a");
        await Store.ReleaseAsync(run.Id, Cancel);
        Assert.Equal([AppendResult.Conflict], await AppendAsync(new TestRun("a") { Seq = 1 }.Next("not mine")));

        Assert.Equal(2, await Store.AdoptAsync(run.Id, Cancel));
        await WriteAsync(run.Next("2"));
    }

    [Fact]
    public async Task Another_process_cannot_release_a_run()
    {
        var run = await BeginAsync("a");
        var other = await OpenAnotherAsync();
        await other.ReleaseAsync(run.Id, Cancel);
        await other.ReleaseAsync(new TestRun("nobody").Id, Cancel);

        Assert.Equal(Store.Owner, (await RowAsync(run)).Row.Owner);
        await WriteAsync(run.Next("2"));
    }

    [Fact]
    public async Task Of_many_that_adopt_one_run_exactly_one_wins()
    {
        var dead = await OpenAnotherAsync();
        var runs = Enumerable.Range(0, 5).Select(i => new TestRun($"r{i}")).ToArray();
        await dead.AppendAsync(runs.Select(run => run.Begin()).ToArray(), Cancel);
        await CrashAsync(dead);
        var adopters = new List<IStore>();
        for (var i = 0; i < 6; i++) adopters.Add(await OpenAnotherAsync());

        foreach (var run in runs)
        {
            var epochs = await Task.WhenAll(adopters.Select(
                adopter => Task.Run(async () => await adopter.AdoptAsync(run.Id, Cancel), Cancel)));

            Assert.Equal([2], epochs.OfType<int>());
            Assert.Equal(adopters[Array.IndexOf(epochs, 2)].Owner, (await RowAsync(run)).Row.Owner);
        }
    }

    [Fact]
    public async Task Many_runs_are_released_at_once_but_none_of_another_process()
    {
        var (first, second) = (await BeginAsync("a"), await BeginAsync("b"));
        var kept = await BeginAsync("c");
        var other = await OpenAnotherAsync();
        var theirs = new TestRun("d");
        await other.AppendAsync(new[] { theirs.Begin() }, Cancel);

        await Store.ReleaseManyAsync([first.Id, second.Id, theirs.Id, new TestRun("nobody").Id], Cancel);
        await Store.ReleaseManyAsync([], Cancel);

        Assert.Equal([2, 2, null], await other.AdoptManyAsync([first.Id, second.Id, kept.Id], Cancel));
        Assert.Equal(other.Owner, (await Store.FindRunAsync(theirs.Id, Cancel))!.Owner);
    }

    [Fact]
    public async Task Many_runs_are_adopted_at_once_each_by_its_own_rule()
    {
        var mine = await BeginAsync("a");
        var dead = await OpenAnotherAsync();
        var (left, ended) = (new TestRun("b"), new TestRun("c"));
        await dead.AppendAsync(
            new[] { left.Begin(), ended.Begin() with { Row = ended.Row(RunStatus.Failed) } }, Cancel);
        await CrashAsync(dead);
        var alive = await OpenAnotherAsync();
        var theirs = new TestRun("d");
        await alive.AppendAsync(new[] { theirs.Begin() }, Cancel);

        RunId[] all = [mine.Id, left.Id, ended.Id, theirs.Id, new TestRun("nobody").Id];
        Assert.Equal([1, 2, null, null, null], await Store.AdoptManyAsync(all, Cancel));
        Assert.Empty(await Store.AdoptManyAsync([], Cancel));
    }

    [Fact]
    public async Task Each_owner_that_dies_is_counted_until_a_row_says_otherwise()
    {
        var run = new TestRun("a");
        var first = await OpenAnotherAsync();
        await first.AppendAsync(new[] { run.Begin() }, Cancel);
        await CrashAsync(first);
        Assert.Equal(0, (await RowAsync(run)).Row.Crashes);

        var second = await OpenAnotherAsync();
        await second.AdoptAsync(run.Id, Cancel);
        Assert.Equal(1, (await RowAsync(run)).Row.Crashes);
        await second.AdoptAsync(run.Id, Cancel);
        await CrashAsync(second);
        await Store.AdoptManyAsync([run.Id], Cancel);
        Assert.Equal(2, (await RowAsync(run)).Row.Crashes);

        await WriteAsync(run.Next("2"));
        Assert.Equal(2, (await RowAsync(run)).Row.Crashes);
        await WriteAsync(run.Next("3") with { Row = run.Row(RunStatus.Running) });
        Assert.Equal(0, (await RowAsync(run)).Row.Crashes);
    }

    [Fact]
    public async Task An_owner_that_released_its_run_has_not_crashed()
    {
        var run = await BeginAsync("a");
        var other = await OpenAnotherAsync();
        await Store.ReleaseAsync(run.Id, Cancel);
        await other.AdoptAsync(run.Id, Cancel);

        Assert.Equal(0, (await RowAsync(run)).Row.Crashes);
    }
}
