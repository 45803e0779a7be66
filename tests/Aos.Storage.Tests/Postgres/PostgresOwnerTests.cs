using Aos.Abstractions.Storage;
using Aos.Storage.Postgres;
using Aos.Storage.Tests.Contracts;
using Npgsql;

namespace Aos.Storage.Tests.Postgres;

/// <summary>What happens to ownership when connections are lost.</summary>
public sealed class PostgresOwnerTests : IAsyncLifetime
{
    private TestSchema _schema = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _schema = await TestSchema.CreateAsync();

    public ValueTask DisposeAsync() => _schema.DisposeAsync();

    [Fact]
    public async Task A_paused_owner_whose_connection_the_server_dropped_writes_nothing_to_a_run_that_another_took()
    {
        await using var paused = await _schema.OpenAsync();
        await using var other = await _schema.OpenAsync();
        var (taken, kept) = (new TestRun("a"), new TestRun("b"));
        await paused.AppendAsync(new[] { taken.Begin(), kept.Begin() }, Cancel);

        await _schema.Server.TerminateAsync(paused.ServerProcess);
        Assert.Equal(2, await other.AdoptAsync(taken.Id, Cancel));
        var (stale, next) = (taken.Next("stale"), kept.Next("2"));

        await ExpectLossAsync(async () => await paused.AppendAsync(new[] { stale, next }, Cancel));
        Assert.Equal([AppendResult.Conflict, AppendResult.Written],
            await paused.AppendAsync(new[] { stale, next }, Cancel));
        Assert.Equal([AppendResult.Written], await other.AppendAsync(new[] { stale }, Cancel));
        Assert.Null(await paused.AdoptAsync(taken.Id, Cancel));
        Assert.Equal(1, await paused.AdoptAsync(kept.Id, Cancel));
        Assert.Empty(await paused.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_loss_that_another_call_finds_still_fails_the_next_append_once()
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        var slice = run.Next("2");
        await _schema.Server.TerminateAsync(store.ServerProcess);

        await ExpectLossAsync(async () => await store.PostAsync(run.Id, TestRun.Utf8("fact"), Cancel));
        Assert.True(await store.PostAsync(run.Id, TestRun.Utf8("fact"), Cancel));
        await ExpectLossAsync(async () => await store.AppendAsync(new[] { slice }, Cancel));
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { slice }, Cancel));
    }

    [Fact]
    public async Task A_session_that_the_server_still_believes_in_keeps_others_out_and_ends_before_anything_is_read()
    {
        using var wire = new Wire(_schema.Server.Port);
        await using var store = await _schema.OpenAsync(new PostgresStoreOptions
        {
            ConnectionString = _schema.Server.ConnectionString.Replace(
                $"Port={_schema.Server.Port}", $"Port={wire.Port}", StringComparison.Ordinal),
            Schema = _schema.Name,
        });
        await using var other = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);

        await using var blocker = await _schema.BeginAsync($"LOCK TABLE {_schema.Name}.segments IN SHARE MODE");
        var pending = store.AppendAsync(new[] { run.Next("2") }, Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        var lost = store.ServerProcess;
        wire.Cut();
        await ExpectLossAsync(() => pending);
        Assert.Equal(1L, await SessionsAsync(lost));
        Assert.Null(await other.AdoptAsync(run.Id, Cancel));

        Assert.Single(await store.ReadAsync(run.Id, 0, Cancel));
        Assert.Equal(0L, await SessionsAsync(lost));
        await blocker.DisposeAsync();
        Assert.Single(await store.ReadAsync(run.Id, 0, Cancel));
    }

    [Fact]
    public async Task A_fact_is_refused_where_the_run_ends_while_it_is_being_posted()
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        await using var ending = await _schema.BeginAsync($"UPDATE {_schema.Name}.runs SET status = 'completed'");

        var posting = store.PostAsync(run.Id, TestRun.Utf8("fact"), Cancel).AsTask();
        await _schema.UntilBlockedAsync(store.ServerProcess);
        await using (var commit = new NpgsqlCommand("COMMIT", ending)) await commit.ExecuteNonQueryAsync(Cancel);

        Assert.False(await posting);
        Assert.Equal(0L, await _schema.ExecuteAsync("SELECT count(*) FROM inbox"));
    }

    [Fact]
    public async Task A_run_that_was_given_to_another_behind_the_back_of_its_owner_is_a_conflict()
    {
        await using var one = await _schema.OpenAsync();
        var run = new TestRun("a");
        await one.AppendAsync(new[] { run.Begin() }, Cancel);
        await one.AppendAsync(new[] { run.Next("2") }, Cancel);
        await _schema.ExecuteAsync("UPDATE runs SET owner = 'own_another'");

        Assert.Equal([AppendResult.Conflict], await one.AppendAsync(new[] { run.Next("3") }, Cancel));
    }

    [Theory]
    [InlineData("UPDATE runs SET epoch = 2", AppendResult.Written)]
    [InlineData("INSERT INTO segments SELECT run_no, 3, 1, 'x', hash FROM segments LIMIT 1", AppendResult.Conflict)]
    public async Task What_changed_behind_the_back_of_the_owner_is_looked_up_anew(string edit, AppendResult expected)
    {
        await using var one = await _schema.OpenAsync();
        var (run, bystander) = (new TestRun("a"), new TestRun("b"));
        await one.AppendAsync(new[] { run.Begin("1", "2"), bystander.Begin() }, Cancel);
        await _schema.ExecuteAsync(edit);

        Assert.Equal([AppendResult.Written, expected],
            await one.AppendAsync(new[] { bystander.Next("2"), run.Next("3") }, Cancel));
    }

    private static async Task ExpectLossAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(call);
        Assert.Equal("STORAGE_UNAVAILABLE", failure.Code.Value);
    }

    private Task<object?> SessionsAsync(int serverProcess) =>
        _schema.Server.ExecuteAsync("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", serverProcess);
}
