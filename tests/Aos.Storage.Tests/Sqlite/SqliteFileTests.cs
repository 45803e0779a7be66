using Aos.Abstractions.Storage;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Schema;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

/// <summary>The file: how it is made, brought forward and refused.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly DataDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The schema that this program knows.</summary>
    private static int Known => Migration.All[^1].Version;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_commit_is_flushed_to_a_write_ahead_log()
    {
        await using var store = await _directory.OpenAsync();
        using var connection = StoreFile.OpenForWriting(
            _directory.Database, new SqliteStoreOptions { Directory = _directory.Path }, TimeProvider.System);

        Assert.Equal("wal", connection.Text("PRAGMA journal_mode"));
        Assert.Equal(2, connection.Number("PRAGMA synchronous")); // FULL
        Assert.Equal(4096, connection.Number("PRAGMA page_size"));
        Assert.Equal(Migration.All.Count, connection.Number("PRAGMA user_version"));
        Assert.Equal(0x414F5331, connection.Number("PRAGMA application_id"));
    }

    [Fact]
    public async Task A_new_directory_is_made_for_its_owner_alone()
    {
        var inner = Path.Combine(_directory.Path, "deep", "data");
        await using (await _directory.OpenAsync(new SqliteStoreOptions { Directory = inner }))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(inner));
        }

        Assert.Equal(["aos.db", "owners"], Directory.GetFileSystemEntries(inner).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Many_that_open_a_new_store_at_once_share_one()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(async () => await _directory.OpenAsync(), Cancel)));
        var runs = stores.Select((_, i) => new TestRun($"r{i}")).ToArray();

        await Task.WhenAll(stores.Select((store, i) => Task.Run(
            async () => await store.AppendAsync(new[] { runs[i].Begin() }, Cancel), Cancel)));

        Assert.Equal(8, (await stores[0].ListRunsAsync(new RunFilter(), Cancel)).Count);
        foreach (var store in stores) await store.DisposeAsync();
        Assert.Equal(
            ["aos.db", "owners"], Directory.GetFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var text = new string('x', 5_000);
        await File.WriteAllTextAsync(_directory.Database, text, Cancel);

        await ExpectAsync("STORAGE_CORRUPT", "not a database");

        Assert.Equal(text, await File.ReadAllTextAsync(_directory.Database, Cancel));
    }

    [Fact]
    public async Task An_empty_file_is_refused_and_left_as_it_is()
    {
        await File.WriteAllBytesAsync(_directory.Database, [], Cancel);
        await ExpectAsync("STORAGE_CORRUPT", "is empty");
        Assert.Equal(0, new FileInfo(_directory.Database).Length);
    }

    [Fact]
    public async Task A_log_without_its_database_is_refused()
    {
        await File.WriteAllTextAsync(_directory.Database + "-wal", "events", Cancel);
        await ExpectAsync("STORAGE_CORRUPT", "write-ahead log");
        Assert.False(File.Exists(_directory.Database));
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_is()
    {
        using (var foreign = _directory.Connect(ConnectionMode.Create)) foreign.Execute("CREATE TABLE t (x)");
        var before = await File.ReadAllBytesAsync(_directory.Database, Cancel);

        await ExpectAsync("STORAGE_UNAVAILABLE", "another program");

        Assert.Equal(before, await File.ReadAllBytesAsync(_directory.Database, Cancel));
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await (await _directory.OpenAsync()).DisposeAsync();
        _directory.Execute("PRAGMA user_version = 999");
        var before = await File.ReadAllBytesAsync(_directory.Database, Cancel);

        await ExpectAsync("STORAGE_TOO_NEW", "schema 999");

        Assert.Equal(before, await File.ReadAllBytesAsync(_directory.Database, Cancel));
    }

    [Fact]
    public async Task A_data_directory_that_is_a_file_is_refused()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "x", Cancel);
        await ExpectAsync("STORAGE_UNAVAILABLE", file, new SqliteStoreOptions { Directory = file });
    }

    [Fact]
    public async Task A_database_that_is_a_directory_is_refused()
    {
        Directory.CreateDirectory(_directory.Database);
        await ExpectAsync("STORAGE_UNAVAILABLE", _directory.Database);
    }

    [Fact]
    public async Task A_refused_store_leaves_no_lock_behind()
    {
        await File.WriteAllTextAsync(_directory.Database, new string('x', 5_000), Cancel);
        await ExpectAsync("STORAGE_CORRUPT", "not a database");
        Assert.Empty(Directory.GetFiles(_directory.Owners));
    }

    [Fact]
    public async Task An_older_schema_is_brought_forward_once_and_keeps_its_runs()
    {
        var run = new TestRun("a");
        await using (var old = await _directory.OpenAsync()) await old.AppendAsync(new[] { run.Begin() }, Cancel);
        var newer = Newer("ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 3");

        for (var i = 0; i < 2; i++)
            await using (await _directory.OpenAsync(newer))
                Assert.Equal(3, _directory.Connect().Number("SELECT priority FROM runs"));

        using var connection = _directory.Connect();
        Assert.Equal(Migration.All.Count + 1, connection.Number("PRAGMA user_version"));
        Assert.Equal(
            string.Join(' ', Enumerable.Range(1, Migration.All.Count + 1)),
            connection.Text("SELECT group_concat(version, ' ') FROM migrations"));
    }

    [Fact]
    public async Task A_store_of_the_first_version_is_brought_forward()
    {
        var run = new TestRun("a");
        var first = new SqliteStoreOptions { Directory = _directory.Path, Migrations = [Migration.All[0]] };
        await using (var old = await SqliteStore.OpenAsync(first, TimeProvider.System, Cancel))
            Assert.Equal(1, _directory.Connect().Number("PRAGMA user_version"));

        await using var store = await _directory.OpenAsync();
        await store.AppendAsync(
            new[] { run.Begin() with { Approvals = [run.Approval("ask", ApprovalStatus.Open)] } }, Cancel);
        Assert.True(await store.PostDecisionAsync(TestRun.ApprovalIdOf("ask"), TestRun.Utf8("yes"), Cancel));
        Assert.False(await store.PostDecisionAsync(TestRun.ApprovalIdOf("ask"), TestRun.Utf8("no"), Cancel));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_older_schema()
    {
        await (await _directory.OpenAsync()).DisposeAsync();
        var failing = Newer("ALTER TABLE runs ADD COLUMN priority INTEGER; INSERT INTO nowhere VALUES (1)");

        await ExpectAsync("STORAGE_UNAVAILABLE", "nowhere", failing);

        await using var store = await _directory.OpenAsync();
        await store.AppendAsync(new[] { new TestRun("a").Begin() }, Cancel);
        Assert.Equal(Migration.All.Count, _directory.Connect().Number("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_damaged_store_is_not_migrated()
    {
        await using (var store = await _directory.OpenAsync()) await FillAsync(store);
        Damage(page: 3);

        await ExpectAsync("STORAGE_CORRUPT", "is damaged", Newer("SELECT 1"));
    }

    [Fact]
    public async Task Reading_a_damaged_page_fails_with_its_code_and_the_check_says_so()
    {
        await using (var filled = await _directory.OpenAsync()) await FillAsync(filled);
        for (var page = 3; page < 40; page++) Damage(page);
        await using var store = await _directory.OpenAsync();

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.ReadAsync(new TestRun("a").Id, 0, Cancel));

        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
        Assert.Contains(_directory.Database, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_fails_with_its_code()
    {
        await using (var filled = await _directory.OpenAsync()) await FillAsync(filled);
        using (var file = new FileStream(_directory.Database, FileMode.Open)) file.SetLength(file.Length / 2);

        var failure = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await using var store = await _directory.OpenAsync();
            await store.ReadAsync(new TestRun("a").Id, 0, Cancel);
        });

        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
    }

    [Fact]
    public async Task A_word_that_the_schema_does_not_know_is_damage()
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        _directory.Execute("UPDATE runs SET status = 'dreaming'");

        var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.FindRunAsync(run.Id, Cancel));

        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
        Assert.Contains("dreaming", failure.Message, StringComparison.Ordinal);
    }

    private static async Task FillAsync(SqliteStore store)
    {
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        for (var i = 0; i < 50; i++)
            await store.AppendAsync(new[] { run.Next(new string('e', 3_000)) }, Cancel);
    }

    private SqliteStoreOptions Newer(string sql) => new()
    {
        Directory = _directory.Path,
        Migrations = [.. Migration.All, new Migration(Migration.All.Count + 1, sql)],
    };

    private void Damage(int page)
    {
        using var file = new FileStream(_directory.Database, FileMode.Open);
        file.Position = (page - 1) * 4096L;
        file.Write(new byte[4096].Select(_ => (byte)0xA5).ToArray());
    }

    private async Task ExpectAsync(string code, string words, SqliteStoreOptions? options = null)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await _directory.OpenAsync(options));
        Assert.Equal(code, failure.Code.Value);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
