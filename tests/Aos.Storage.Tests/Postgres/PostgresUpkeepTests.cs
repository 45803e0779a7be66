using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

/// <summary>Runs are packed and removed, blobs swept and decisions left, while other processes write: each test holds
/// one of them up in the middle.</summary>
public sealed class PostgresUpkeepTests : IAsyncLifetime
{
    private static readonly Blob Kept = TestRun.BlobOf("kept");
    private static readonly PruneRequest Everything = new() { EndedBefore = TestRun.Noon.AddYears(1) };

    private TestSchema _schema = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _schema = await TestSchema.CreateAsync();

    public ValueTask DisposeAsync() => _schema.DisposeAsync();

    [Fact]
    public async Task A_blob_that_an_append_under_way_brings_and_names_stays()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin("no name") with { Blobs = [Kept] } }, Cancel);

        var blocker = await _schema.BeginAsync("LOCK TABLE blobs IN SHARE MODE");
        var appending =
            store.AppendAsync(new[] { run.Next(Kept.Digest.Value) with { Blobs = [Kept] } }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        var sweeping = other.SweepBlobsAsync(Cancel).AsTask();
        await _schema.UntilBlockedAsync(other.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Equal([AppendResult.Written], await appending);
        Assert.Equal(new SweepResult(0, 0), await sweeping);
        Assert.NotNull(await store.ReadBlobAsync(Kept.Digest, Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blob_that_is_named_while_nameless_ones_are_looked_for_stays(bool compact)
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var (run, swept) = (new TestRun("a"), TestRun.BlobOf("swept"));
        await store.AppendAsync(new[] { run.Begin("no name") with { Blobs = [Kept, swept] } }, Cancel);

        var blocker = await _schema.BeginAsync("LOCK TABLE blob_names IN ACCESS EXCLUSIVE MODE");
        var sweeping = other.SweepBlobsAsync(Cancel).AsTask();
        await _schema.UntilAwaitedAsync("blob_names");
        await store.AppendAsync(new[] { run.Next(Kept.Digest.Value) with { Row = Ended(run) } }, Cancel);
        await blocker.DisposeAsync();
        if (compact) await store.CompactAsync(10, Cancel);

        Assert.Equal(new SweepResult(1, 5), await sweeping);
        Assert.NotNull(await store.ReadBlobAsync(Kept.Digest, Cancel));
        Assert.Equal(new SweepResult(0, 0), await other.SweepBlobsAsync(Cancel));
    }

    [Fact]
    public async Task What_is_appended_late_while_a_run_is_pruned_goes_with_it()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = await EndedAsync(store);

        var blocker = await _schema.BeginAsync("LOCK TABLE segments IN SHARE MODE");
        var appending = store.AppendAsync(new[] { run.Next("late") }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        var pruning = other.PruneAsync(Everything, Cancel).AsTask();
        await _schema.UntilBlockedAsync(other.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Equal([AppendResult.Written], await appending);
        var pruned = await pruning;
        Assert.Equal((1, 3), (pruned.Runs, pruned.Events));
        Assert.Empty(await store.CheckAsync(Cancel));
        await BeginAnewAsync(store);
    }

    [Fact]
    public async Task Nothing_is_appended_to_a_run_that_is_being_pruned()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = await EndedAsync(store);

        var blocker = await _schema.BeginAsync("LOCK TABLE approvals IN SHARE MODE");
        var pruning = other.PruneAsync(Everything, Cancel).AsTask();
        await _schema.UntilBlockedAsync(other.ServerProcess);
        var appending = store.AppendAsync(new[] { run.Next("late") }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Equal([AppendResult.Conflict], await appending);
        Assert.Equal(1, (await pruning).Runs);
        Assert.Empty(await store.CheckAsync(Cancel));
        await BeginAnewAsync(store);
    }

    [Fact]
    public async Task What_is_appended_late_while_a_run_is_packed_follows_and_is_packed_next()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = await EndedAsync(store);

        var blocker = await _schema.BeginAsync("LOCK TABLE segments IN SHARE MODE");
        var packing = other.CompactAsync(10, Cancel).AsTask();
        await _schema.UntilBlockedAsync(other.ServerProcess);
        var appending = store.AppendAsync(new[] { run.Next("late") }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Equal([AppendResult.Written], await appending);
        Assert.Equal(1, await packing);
        await ExpectPackedAsync(other, 2, run);
    }

    [Fact]
    public async Task A_run_that_something_was_appended_to_since_it_was_looked_at_is_packed_next_time()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = await EndedAsync(store);

        var blocker = await _schema.BeginAsync("LOCK TABLE segments IN SHARE MODE");
        var appending = store.AppendAsync(new[] { run.Next("late") }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        var packing = other.CompactAsync(10, Cancel).AsTask();
        await _schema.UntilBlockedAsync(other.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Equal([AppendResult.Written], await appending);
        Assert.Equal(1, await packing);
        await ExpectPackedAsync(other, 3, run);
    }

    [Fact]
    public async Task Several_that_prune_and_pack_at_once_do_each_run_once()
    {
        await using var store = await _schema.OpenAsync();
        var others = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _schema.OpenAsync().AsTask()));
        for (var i = 0; i < 20; i++) await EndedAsync(store, $"r{i}");

        await Task.WhenAll(others.Select(other => other.CompactAsync(20, Cancel).AsTask()));
        Assert.Equal(20L, await _schema.ExecuteAsync("SELECT count(*) FROM segments WHERE links IS NOT NULL"));
        var pruned = await Task.WhenAll(
            others.Select(other => other.PruneAsync(Everything with { Limit = 20 }, Cancel).AsTask()));

        Assert.Equal((20, 40), (pruned.Sum(one => one.Runs), pruned.Sum(one => one.Events)));
        Assert.Empty(await store.CheckAsync(Cancel));
        foreach (var other in others) await other.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_decisions_that_arrive_at_once_one_is_left()
    {
        await using var store = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(
            new[] { run.Begin() with { Approvals = [run.Approval("ask", ApprovalStatus.Open)] } }, Cancel);

        var blocker = await _schema.BeginAsync("SELECT FROM approvals FOR UPDATE");
        var deciding = new[] { store, other }.Select(
            one => one.PostDecisionAsync(TestRun.ApprovalIdOf("ask"), TestRun.Utf8("yes"), Cancel).AsTask()).ToArray();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        await _schema.UntilBlockedAsync(other.ServerProcess);
        await blocker.DisposeAsync();

        Assert.Single(await Task.WhenAll(deciding), isLeft => isLeft);
        Assert.Single(await store.ReadInboxAsync(Cancel));
    }

    [Fact]
    public async Task A_decision_is_refused_where_the_request_is_closed_while_it_is_being_left()
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(
            new[] { run.Begin() with { Approvals = [run.Approval("ask", ApprovalStatus.Open)] } }, Cancel);

        var closing = await _schema.BeginAsync("UPDATE approvals SET status = 'expired'");
        var deciding = store.PostDecisionAsync(TestRun.ApprovalIdOf("ask"), TestRun.Utf8("yes"), Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        await using (var commit = closing.CreateCommand())
        {
            commit.CommandText = "COMMIT";
            await commit.ExecuteNonQueryAsync(Cancel);
        }

        await closing.DisposeAsync();
        Assert.False(await deciding);
        Assert.Empty(await store.ReadInboxAsync(Cancel));
    }

    private static RunRow Ended(TestRun run) => run.Row(RunStatus.Completed) with { EndedAt = TestRun.Noon };

    private static async Task<TestRun> EndedAsync(IStore store, string name = "a")
    {
        var run = new TestRun(name);
        await store.AppendAsync(new[] { run.Begin(), run.Next("2") with { Row = Ended(run) } }, Cancel);
        return run;
    }

    private static async Task BeginAnewAsync(IStore store) =>
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { new TestRun("a").Begin() }, Cancel));

    /// <summary>So many rows now, one after the next time, and every event there.</summary>
    private async Task ExpectPackedAsync(IStore store, long rows, TestRun run)
    {
        Assert.Equal(rows, await _schema.ExecuteAsync("SELECT count(*) FROM segments"));
        Assert.Equal(1, await store.CompactAsync(10, Cancel));
        Assert.Equal(1L, await _schema.ExecuteAsync("SELECT count(*) FROM segments"));
        Assert.Equal(["begun", "2", "late"],
            (await store.ReadAsync(run.Id, 0, Cancel)).Select(segment => TestRun.Text(segment.Events)));
        Assert.Empty(await store.CheckAsync(Cancel));
    }
}
