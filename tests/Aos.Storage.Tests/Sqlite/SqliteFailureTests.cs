using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Sqlite;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

/// <summary>What fails while the store is in use.</summary>
public sealed class SqliteFailureTests : IDisposable
{
    private readonly DataDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_crash()
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin("1"), run.Next("2") }, Cancel);
        await store.AppendAsync(new[] { run.Next("3") with { Blobs = [TestRun.BlobOf("kept")] } }, Cancel);

        using var image = _directory.CrashImage();
        await using var restarted = await image.OpenAsync();

        var read = await restarted.ReadAsync(run.Id, 0, Cancel);
        Assert.Equal(["1", "2", "3"], read.Select(segment => TestRun.Text(segment.Events)));
        Assert.NotNull(await restarted.ReadBlobAsync(TestRun.BlobOf("kept").Digest, Cancel));
        Assert.Empty(await restarted.CheckAsync(Cancel));
        Assert.Equal(2, await restarted.AdoptAsync(run.Id, Cancel));
    }

    [Fact]
    public async Task A_log_that_was_cut_off_loses_its_last_commit_and_nothing_before()
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin("1") }, Cancel);
        await store.AppendAsync(new[] { run.Next("2") }, Cancel);
        using var image = _directory.CrashImage();
        using (var log = new FileStream(image.Database + "-wal", FileMode.Open)) log.SetLength(log.Length - 512);

        await using var restarted = await image.OpenAsync();

        Assert.Equal("1", TestRun.Text(Assert.Single(await restarted.ReadAsync(run.Id, 0, Cancel)).Events));
        Assert.Empty(await restarted.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_full_disk_fails_the_append_keeps_what_was_acknowledged_and_goes_on_once_there_is_room()
    {
        await (await _directory.OpenAsync()).DisposeAsync();
        var pages = _directory.Connect().Number("PRAGMA page_count");
        var options = new SqliteStoreOptions { Directory = _directory.Path, PagesMax = pages + 20 };
        await using var store = await _directory.OpenAsync(options);
        var (run, other) = (new TestRun("a"), new TestRun("b"));
        await store.AppendAsync(new[] { run.Begin(), other.Begin() }, Cancel);
        var written = 1;

        StoreException? failure = null;
        var refused = run.Next(new string('e', 20_000));
        while (failure is null && written < 100)
        {
            failure = await Record.ExceptionAsync(
                async () => await store.AppendAsync(new[] { other.Next("small"), refused }, Cancel)) as StoreException;
            if (failure is not null) break;
            written++;
            refused = run.Next(new string('e', 20_000));
        }

        Assert.Equal("STORAGE_FULL", failure!.Code.Value);
        Assert.Contains(_directory.Database, failure.Message, StringComparison.Ordinal);
        Assert.Equal(written, (await store.ReadAsync(run.Id, 0, Cancel)).Count);
        Assert.Equal(written, (await store.ReadAsync(other.Id, 0, Cancel)).Count);
        Assert.Empty(await store.CheckAsync(Cancel));

        options.PagesMax = null;
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { refused }, Cancel));
        Assert.Equal(written + 1, (await store.ReadAsync(run.Id, 0, Cancel)).Count);
    }

    [Fact]
    public async Task A_failed_transaction_writes_nothing_and_the_next_one_knows_where_runs_stand()
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        _directory.Execute("""
            CREATE TRIGGER fail BEFORE INSERT ON segments WHEN NEW.first_seq = 3
            BEGIN SELECT RAISE(ABORT, 'planted'); END
            """);
        var (second, third) = (run.Next("2"), run.Next("3"));

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.AppendAsync(new[] { second, third }, Cancel));
        Assert.Contains("planted", failure.Message, StringComparison.Ordinal);
        Assert.Single(await store.ReadAsync(run.Id, 0, Cancel));

        _directory.Execute("DROP TRIGGER fail");
        Assert.Equal([AppendResult.Written, AppendResult.Written],
            await store.AppendAsync(new[] { second, third }, Cancel));
    }

    [Fact]
    public async Task A_store_that_another_process_keeps_locked_is_unavailable_and_free_again_afterwards()
    {
        await using var store = await _directory.OpenAsync(
            new SqliteStoreOptions { Directory = _directory.Path, BusyTimeout = TimeSpan.FromMilliseconds(1) });
        var slice = new TestRun("a").Begin();
        using var other = _directory.Connect();
        other.Execute("BEGIN IMMEDIATE");

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.AppendAsync(new[] { slice }, Cancel));
        Assert.Equal("STORAGE_UNAVAILABLE", failure.Code.Value);
        Assert.Contains("Another process", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListRunsAsync(new RunFilter(), Cancel));

        other.Execute("ROLLBACK");
        Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { slice }, Cancel));
    }

    [Fact]
    public async Task Stores_of_several_processes_write_through_each_others_locks()
    {
        await using var one = await _directory.OpenAsync();
        await using var two = await _directory.OpenAsync();
        var stores = new[] { one, two };

        await Task.WhenAll(stores.Select((store, at) => Task.Run(async () =>
        {
            var run = new TestRun($"r{at}");
            await store.AppendAsync(new[] { run.Begin() }, Cancel);
            for (var i = 0; i < 50; i++)
                Assert.Equal([AppendResult.Written], await store.AppendAsync(new[] { run.Next($"{i}") }, Cancel));
        }, Cancel)));

        Assert.Equal(51, (await one.ReadAsync(new TestRun("r0").Id, 0, Cancel)).Count);
        Assert.Equal(51, (await one.ReadAsync(new TestRun("r1").Id, 0, Cancel)).Count);
        Assert.Empty(await one.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_run_that_another_process_took_and_carried_on_is_a_conflict_though_this_one_remembers_it()
    {
        await using var one = await _directory.OpenAsync();
        await using var two = await _directory.OpenAsync();
        var run = new TestRun("a");
        await one.AppendAsync(new[] { run.Begin() }, Cancel);
        await one.AppendAsync(new[] { run.Next("2") }, Cancel);
        _directory.Execute($"UPDATE runs SET owner = '{two.Owner}'");

        Assert.Equal([AppendResult.Conflict], await one.AppendAsync(new[] { run.Next("3") }, Cancel));
    }

    [Theory]
    [InlineData("UPDATE segments SET events = x'66' WHERE first_seq = 2")]
    [InlineData("UPDATE segments SET count = 2 WHERE first_seq = 3")]
    [InlineData("DELETE FROM segments WHERE first_seq = 1")]
    [InlineData("DELETE FROM segments WHERE first_seq = 2")]
    [InlineData("DELETE FROM segments WHERE first_seq = 3")]
    [InlineData("UPDATE segments SET first_seq = 9 - first_seq WHERE first_seq > 1; UPDATE segments SET first_seq = first_seq - 4 WHERE first_seq > 1")]
    [InlineData("UPDATE runs SET head = zeroblob(32)")]
    [InlineData("UPDATE runs SET seq = 2")]
    [InlineData("DELETE FROM runs")]
    [InlineData("INSERT INTO skills (name, version, digest, contract) VALUES ('a', '1.0.0', zeroblob(32), x'66')")]
    [InlineData("UPDATE blobs SET bytes = x'66'")]
    [InlineData("INSERT INTO inbox (run_no, posted_at, fact) VALUES (77, 0, x'00')")]
    [InlineData("INSERT INTO approvals (id, run_no, status, requested_at, expires_at, request) VALUES ('x', 77, 'open', 0, 0, x'00')")]
    [InlineData("UPDATE audit SET entry = x'66' WHERE entry_no = 2")]
    [InlineData("UPDATE audit SET tenant = 'u' WHERE entry_no = 3")]
    [InlineData("UPDATE audit SET hash = (SELECT hash FROM audit WHERE entry_no = 2) WHERE entry_no = 1")]
    [InlineData("DELETE FROM audit WHERE entry_no = 1")]
    [InlineData("DELETE FROM audit WHERE entry_no = 2")]
    [InlineData("UPDATE audit SET entry_no = 9 WHERE entry_no = 3")]
    public async Task The_check_finds_what_was_edited_behind_its_back(string edit)
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[]
        {
            run.Begin(), run.Next("2"),
            run.Next("3") with { Row = run.Row(RunStatus.Waiting), Blobs = [TestRun.BlobOf("blob")] },
        }, Cancel);
        foreach (var entry in (string[])["one", "two", "three"])
            await store.AppendAuditAsync("t", TestRun.Utf8(entry), Cancel);
        Assert.Empty(await store.CheckAsync(Cancel));

        _directory.Execute(edit);

        Assert.Single(await store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_forged_blob_is_not_handed_out()
    {
        await using var store = await _directory.OpenAsync();
        await store.AppendAsync(new[] { new TestRun("a").Begin() with { Blobs = [TestRun.BlobOf("x")] } }, Cancel);
        _directory.Execute("UPDATE blobs SET bytes = x'00'");

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.ReadBlobAsync(TestRun.BlobOf("x").Digest, Cancel));
        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
    }

    [Fact]
    public async Task A_closed_store_refuses_calls()
    {
        var store = await _directory.OpenAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ReadInboxAsync(Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await store.AppendAsync(new[] { new TestRun("a").Begin() }, Cancel));
    }
}
