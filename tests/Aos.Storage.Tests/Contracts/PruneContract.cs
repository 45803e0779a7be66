using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Removing runs that have ended, and what only they named.</summary>
public abstract class PruneContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    private static readonly PruneRequest Everything = new() { EndedBefore = TestRun.Noon.AddYears(1) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pruned_run_leaves_nothing_behind(bool compact)
    {
        var run = await BeginAsync("a");
        var kept = await BeginAsync("b");
        await WriteAsync(run.Next("2") with { Approvals = [run.Approval("ask", ApprovalStatus.Void)] }, End(run));
        if (compact) await Store.CompactAsync(10, Cancel);

        var result = await Store.PruneAsync(Everything, Cancel);

        Assert.Equal((1, 3), (result.Runs, result.Events));
        Assert.True(result.Bytes > 0);
        Assert.Null(await Store.FindRunAsync(run.Id, Cancel));
        Assert.Empty(await EventsAsync(run));
        Assert.Empty(await Store.ListApprovalsAsync(openOnly: false, Cancel));
        Assert.Equal([kept.Id], (await Store.ListRunsAsync(new RunFilter(), Cancel)).Select(row => row.RunId));
        Assert.Empty(await Store.CheckAsync(Cancel));
        Assert.Equal(new PruneResult(0, 0, 0), await Store.PruneAsync(Everything, Cancel));
    }

    [Fact]
    public async Task Only_runs_that_ended_before_the_moment_go()
    {
        foreach (var (name, days) in new[] { ("a", 1), ("b", 2), ("c", 3) })
            await EndAsync(await BeginAsync(name), RunStatus.Completed, TestRun.Noon.AddDays(days));

        await Store.PruneAsync(Everything with { EndedBefore = TestRun.Noon.AddDays(2) }, Cancel);

        Assert.Equal(["c", "b"], await NamesAsync());
    }

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Waiting)]
    [InlineData(RunStatus.Quarantined)]
    public async Task An_open_run_is_never_pruned(RunStatus status)
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2") with { Row = run.Row(status) with { EndedAt = TestRun.Noon } });

        Assert.Equal(0, (await Store.PruneAsync(Everything, Cancel)).Runs);
        Assert.Equal(0, (await Store.PruneAsync(Everything with { Statuses = [status] }, Cancel)).Runs);
        Assert.Equal(["a"], await NamesAsync());
    }

    [Fact]
    public async Task Only_the_statuses_asked_for_go_and_the_newest_of_them_stay_where_asked()
    {
        RunStatus[] cycle = [RunStatus.Failed, RunStatus.Completed, RunStatus.Cancelled];
        for (var i = 0; i < 9; i++) await EndAsync(await BeginAsync($"{(char)('a' + i)}"), cycle[i % 3], TestRun.Noon);

        var dry = await Store.PruneAsync(
            Everything with
            {
                Statuses = [RunStatus.Failed, RunStatus.Cancelled],
                Keep = 3,
                DryRun = true,
                Limit = 1
            }, Cancel);
        Assert.Equal((3, 6), (dry.Runs, dry.Events));
        Assert.Equal(9, (await NamesAsync()).Length);

        var result = await Store.PruneAsync(
            Everything with { Statuses = [RunStatus.Failed, RunStatus.Cancelled], Keep = 3 }, Cancel);
        Assert.Equal(dry, result);
        Assert.Equal(["i", "h", "g", "f", "e", "b"], await NamesAsync());
        Assert.Equal(0, (await Store.PruneAsync(Everything with { Keep = 100 }, Cancel)).Runs);
    }

    [Fact]
    public async Task The_oldest_go_first_so_many_at_a_time()
    {
        for (var i = 0; i < 5; i++)
            await EndAsync(await BeginAsync($"{(char)('a' + i)}"), RunStatus.Failed, TestRun.Noon);

        Assert.Equal(2, (await Store.PruneAsync(Everything with { Limit = 2 }, Cancel)).Runs);
        Assert.Equal(["e", "d", "c"], await NamesAsync());
    }

    [Fact]
    public async Task A_pruned_id_can_be_used_again()
    {
        await EndAsync(await BeginAsync("a"), RunStatus.Completed, TestRun.Noon);
        await Store.PruneAsync(Everything, Cancel);

        var again = await BeginAsync("a");
        await WriteAsync(again.Next("2"));
        Assert.Equal(["begun", "2"], await EventsAsync(again));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blob_goes_with_the_last_journal_that_names_it(bool compact)
    {
        var (shared, own, open) = (TestRun.BlobOf("shared"), TestRun.BlobOf("own"), TestRun.BlobOf("open"));
        var first = new TestRun("a");
        await WriteAsync(first.Begin(Naming(shared, own)) with { Blobs = [shared, own] });
        await EndAsync(first, RunStatus.Failed, TestRun.Noon);
        var second = new TestRun("b");
        await WriteAsync(second.Begin(Naming(shared)) with { Blobs = [shared] });
        await EndAsync(second, RunStatus.Completed, TestRun.Noon);
        var third = new TestRun("c");
        await WriteAsync(third.Begin("no name") with { Blobs = [open] }, third.Next(Naming(open)));
        if (compact) await Store.CompactAsync(10, Cancel);
        Assert.Equal(new SweepResult(0, 0), await Store.SweepBlobsAsync(Cancel));

        await Store.PruneAsync(Everything with { Statuses = [RunStatus.Failed] }, Cancel);
        Assert.Equal(new SweepResult(1, 3), await Store.SweepBlobsAsync(Cancel));
        Assert.Null(await Store.ReadBlobAsync(own.Digest, Cancel));
        Assert.NotNull(await Store.ReadBlobAsync(shared.Digest, Cancel));

        await Store.PruneAsync(Everything, Cancel);
        Assert.Equal(new SweepResult(1, 6), await Store.SweepBlobsAsync(Cancel));
        Assert.NotNull(await Store.ReadBlobAsync(open.Digest, Cancel));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_001, 0)]
    [InlineData(1, -1)]
    public async Task A_request_out_of_bounds_is_refused(int limit, int keep) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        async () => await Store.PruneAsync(Everything with { Limit = limit, Keep = keep }, Cancel));

    private static string Naming(params Blob[] blobs) =>
        $$$"""{"result":{"$blob":"{{{string.Join(' ', blobs.Select(blob => blob.Digest.Value))}}}"}}""";

    private static JournalSlice End(TestRun run) =>
        run.Next("ended") with { Row = run.Row(RunStatus.Completed) with { EndedAt = TestRun.Noon } };

    private async Task EndAsync(TestRun run, RunStatus status, DateTimeOffset at) =>
        await WriteAsync(run.Next("ended") with { Row = run.Row(status) with { EndedAt = at } });

    private async Task<string[]> NamesAsync() =>
        [.. (await Store.ListRunsAsync(new RunFilter(), Cancel)).Select(row => row.RunId.Value[4..5])];
}
