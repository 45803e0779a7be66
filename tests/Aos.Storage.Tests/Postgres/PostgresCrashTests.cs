using Aos.Abstractions.Storage;
using Aos.Storage.Postgres;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

/// <summary>The server dies, in whole or in part, while the store is in use. Each test has a server of its
/// own.</summary>
public sealed class PostgresCrashTests : IAsyncLifetime
{
    private const int Kills = 4;

    private PostgresServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PostgresStoreOptions Options => new() { ConnectionString = _server.ConnectionString };

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Sessions_killed_while_appending_lose_and_repeat_nothing()
    {
        await using var store = await OpenAsync();
        var writer = new CarefulWriter(store, runs: 8);
        await writer.StepAsync();

        for (var kill = 1; kill <= Kills * 3; kill++)
            await writer.StepThroughAsync(_server.TerminateAsync(store.ServerProcess));

        await writer.StepAsync();
        Assert.All(writer.Failures, code => Assert.Equal("STORAGE_UNAVAILABLE", code));
        await writer.VerifyAsync();
    }

    [Fact]
    public async Task A_server_killed_while_appending_loses_and_repeats_nothing()
    {
        await using var store = await OpenAsync();
        var writer = new CarefulWriter(store, runs: 8);
        await writer.StepAsync();

        for (var kill = 1; kill <= Kills; kill++) await writer.StepThroughAsync(KillAndStartAsync());

        await writer.StepAsync();
        Assert.All(writer.Failures, code => Assert.Equal("STORAGE_UNAVAILABLE", code));
        await writer.VerifyAsync();
        Assert.Equal(1, await store.AdoptAsync(new TestRun("r0").Id, Cancel));
    }

    [Fact]
    public async Task A_dead_server_fails_every_call_with_its_code_and_all_work_again_once_it_is_back()
    {
        await using var store = await OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        await store.ListRunsAsync(new RunFilter(), Cancel);
        await _server.KillAsync();
        Func<Task>[] calls =
        [
            async () => await store.AppendAsync(new[] { run.Next("2") }, Cancel),
            async () => await store.ReadAsync(run.Id, 0, Cancel),
            async () => await store.ListRunsAsync(new RunFilter(), Cancel),
            async () => await store.ReadInboxAsync(Cancel),
            async () => await store.PostAsync(run.Id, TestRun.Utf8("fact"), Cancel),
            async () => await store.AdoptAsync(run.Id, Cancel),
            async () => await store.CheckAsync(Cancel),
            async () => await OpenAsync(),
        ];

        foreach (var call in calls)
            Assert.Equal("STORAGE_UNAVAILABLE", (await Assert.ThrowsAsync<StoreException>(call)).Code.Value);

        await _server.StartAgainAsync();
        Assert.Single(await store.ReadAsync(run.Id, 0, Cancel));
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { new TestRun("b").Begin() }, Cancel));
    }

    [Fact]
    public async Task A_commit_that_was_cut_off_is_reported_as_unknown_and_then_read_as_written()
    {
        await using var store = await OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        // A commit is flushed, and then waits for a copy that does not exist.
        await ConfigureAsync("synchronous_standby_names", "nobody");
        var pending = store.AppendAsync(new[] { run.Next("2") }, Cancel).AsTask();
        while (0L
            == (long)(await _server.ExecuteAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))!)
            Cancel.ThrowIfCancellationRequested();

        await _server.TerminateAsync(store.ServerProcess);

        Assert.Equal("STORAGE_UNAVAILABLE", (await Assert.ThrowsAsync<StoreException>(() => pending)).Code.Value);
        await ConfigureAsync("synchronous_standby_names", "");
        Assert.Equal(["begun", "2"],
            (await store.ReadAsync(run.Id, 0, Cancel)).Select(segment => TestRun.Text(segment.Events)));
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { run.Next("3") }, Cancel));
    }

    [Fact]
    public async Task A_server_with_no_connection_left_is_unavailable_until_there_is_one()
    {
        // A limit of the role counts no session of the test's own.
        await _server.ExecuteAsync(
            "CREATE ROLE app LOGIN CONNECTION LIMIT 4; GRANT CREATE ON DATABASE postgres TO app");
        var options = new PostgresStoreOptions
        {
            ConnectionString = _server.ConnectionString.Replace("aos_tests", "app", StringComparison.Ordinal),
        };
        var stores = new List<PostgresStore>();
        for (var i = 0; i < 4; i++) stores.Add(await PostgresStore.OpenAsync(options, TimeProvider.System, Cancel));

        var refused = await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.OpenAsync(options, TimeProvider.System, Cancel));
        Assert.Equal("STORAGE_UNAVAILABLE", refused.Code.Value);
        Assert.Contains("max_connections", refused.Message, StringComparison.Ordinal);
        var reading = await Assert.ThrowsAsync<StoreException>(
            async () => await stores[0].ListRunsAsync(new RunFilter(), Cancel));
        Assert.Equal("STORAGE_UNAVAILABLE", reading.Code.Value);

        await stores[^1].DisposeAsync();
        // The server counts a session until its process has ended.
        while (await Record.ExceptionAsync(
            async () => await stores[0].ListRunsAsync(new RunFilter(), Cancel)) is { } still)
            Assert.IsType<StoreException>(still);
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_does_not_flush_its_commits_is_refused()
    {
        await ConfigureAsync("fsync", "off");
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await OpenAsync());
        Assert.Equal("STORAGE_UNAVAILABLE", refused.Code.Value);
        Assert.Contains("fsync = off", refused.Message, StringComparison.Ordinal);

        await ConfigureAsync("fsync", "on");
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_damaged_page_fails_with_its_code_and_the_check_says_so()
    {
        await using var store = await OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        var path = (string)(await _server.ExecuteAsync(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('aos.segments')"))!;
        await _server.ExecuteAsync("CHECKPOINT");
        await _server.KillAsync();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Position = 4_000;
            file.Write([1, 2, 3, 4]);
        }

        await _server.StartAgainAsync();

        var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.ReadAsync(run.Id, 0, Cancel));
        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
        Assert.NotEmpty(await store.CheckAsync(Cancel));
    }

    private ValueTask<PostgresStore> OpenAsync() => PostgresStore.OpenAsync(Options, TimeProvider.System, Cancel);

    private async Task KillAndStartAsync()
    {
        await _server.KillAsync();
        await _server.StartAgainAsync();
    }

    private async Task ConfigureAsync(string setting, string value)
    {
        await _server.ExecuteAsync($"ALTER SYSTEM SET {setting} = '{value}'");
        await _server.ExecuteAsync("SELECT pg_reload_conf()");
        // The server's first process reads its files when it gets round to it.
        while ((string)(await _server.ExecuteAsync($"SHOW {setting}"))! != value) Cancel.ThrowIfCancellationRequested();
    }
}
