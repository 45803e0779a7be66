using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Backups;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

/// <summary>Copies of a store in use, and what a restore makes of them.</summary>
public sealed class SqliteBackupTests : IDisposable
{
    private readonly DataDirectory _directory = new();
    private readonly DataDirectory _other = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_other.Path, "backup.db");

    public void Dispose()
    {
        _directory.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_backup_of_a_store_in_use_is_whole_and_the_store_goes_on()
    {
        await using var store = await _directory.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() with { Blobs = [TestRun.BlobOf("x")] } }, Cancel);

        var report = await CreateAsync();
        await store.AppendAsync(new[] { run.Next("after the backup") }, Cancel);

        Assert.Equal(
            (Backup, 1, 1, new FileInfo(Backup).Length), (report.Path, report.Runs, report.OpenRuns, report.Bytes));
        Assert.Equal([Backup], Directory.GetFiles(_other.Path));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        await RestoreAsync();
        await using var restored = await _other.OpenAsync();
        Assert.Equal("begun", TestRun.Text(Assert.Single(await restored.ReadAsync(run.Id, 0, Cancel)).Events));
        Assert.Empty(await restored.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Open_runs_are_held_with_a_new_epoch_and_open_requests_are_void()
    {
        await using (var store = await _directory.OpenAsync())
        {
            foreach (var (name, status) in new[] { ("a", RunStatus.Running), ("b", RunStatus.Waiting),
                ("c", RunStatus.Quarantined), ("d", RunStatus.Failed) })
            {
                var run = new TestRun(name);
                var row = run.Row(status) with
                {
                    Reason = status == RunStatus.Quarantined ? "poison" : null,
                    WakeAt = TestRun.Noon
                };
                await store.AppendAsync(new[] { run.Begin() with { Row = row } }, Cancel);
            }

            var asking = new TestRun("e");
            await store.AppendAsync(new[] { asking.Begin() with { Approvals =
                [asking.Approval("one", ApprovalStatus.Open), asking.Approval("two", ApprovalStatus.Approved)] } },
                    Cancel);
            await CreateAsync();
        }

        var report = await RestoreAsync();

        Assert.Equal((5, 4, 1, null), (report.Runs, report.HeldRuns, report.VoidApprovals, report.Replaced));
        await using var restored = await _other.OpenAsync();
        foreach (var name in new[] { "a", "b", "c", "e" })
        {
            var row = (await restored.FindRunAsync(new TestRun(name).Id, Cancel))!;
            Assert.Equal(
                (RunStatus.Quarantined, "RUN_HELD", 2, null, null),
                (row.Status, row.Code!.Value.Value, row.Epoch, row.Owner, row.WakeAt));
            Assert.Equal(name == "c", row.Reason!.EndsWith("Before that: poison", StringComparison.Ordinal));
        }

        var ended = (await restored.FindRunAsync(new TestRun("d").Id, Cancel))!;
        Assert.Equal((RunStatus.Failed, 1), (ended.Status, ended.Epoch));
        Assert.Equal([ApprovalStatus.Void, ApprovalStatus.Approved],
            (await restored.ListApprovalsAsync(openOnly: false, Cancel)).Select(approval => approval.Status));
        Assert.Equal(3, await restored.AdoptAsync(new TestRun("a").Id, Cancel));
    }

    [Fact]
    public async Task A_store_that_is_there_is_moved_aside_only_where_told_and_never_while_it_is_in_use()
    {
        await using (var store = await _directory.OpenAsync())
            await store.AppendAsync(new[] { new TestRun("new").Begin() }, Cancel);
        await CreateAsync();
        await using (var old = await _other.OpenAsync())
        {
            await old.AppendAsync(new[] { new TestRun("old").Begin() }, Cancel);
            await RefusedAsync("STORAGE_UNAVAILABLE", "works on the store", replace: true);
        }

        await RefusedAsync("INVALID_ARGUMENT", "There is a store", replace: false);
        var report = await RestoreAsync(replace: true);

        await using var restored = await _other.OpenAsync();
        Assert.NotNull(await restored.FindRunAsync(new TestRun("new").Id, Cancel));
        Assert.Null(await restored.FindRunAsync(new TestRun("old").Id, Cancel));
        using var aside = new DataDirectory();
        File.Copy(report.Replaced!, aside.Database);
        await using var before = await aside.OpenAsync();
        Assert.NotNull(await before.FindRunAsync(new TestRun("old").Id, Cancel));
    }

    [Fact]
    public async Task A_damaged_or_foreign_backup_changes_nothing()
    {
        await using (var store = await _directory.OpenAsync())
        {
            var run = new TestRun("a");
            await store.AppendAsync(new[] { run.Begin(), run.Next(new string('e', 20_000)) }, Cancel);
        }

        await CreateAsync();
        var sound = await File.ReadAllBytesAsync(Backup, Cancel);
        var changed = (byte[])sound.Clone();
        changed[Array.LastIndexOf(changed, (byte)'e')] ^= 1;
        await File.WriteAllBytesAsync(Backup, changed, Cancel);
        await RefusedAsync("STORAGE_CORRUPT", "hash chain");
        await File.WriteAllBytesAsync(Backup, sound[..^4096], Cancel);
        await RefusedAsync("STORAGE_CORRUPT", Backup);
        await File.WriteAllTextAsync(Backup, new string('x', 5_000), Cancel);
        await RefusedAsync("STORAGE_CORRUPT", "not a database");
        File.Delete(Backup);
        await RefusedAsync("INVALID_ARGUMENT", "no backup");

        Assert.Empty(Directory.GetFiles(_other.Path));
    }

    [Fact]
    public async Task A_store_that_is_damaged_is_not_backed_up_as_if_it_were_not()
    {
        await using (var store = await _directory.OpenAsync())
        {
            var run = new TestRun("a");
            await store.AppendAsync(new[] { run.Begin(), run.Next("2") with { Hash = new byte[32] } }, Cancel);
        }

        var failure = await Assert.ThrowsAsync<StoreException>(async () => await CreateAsync());
        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
        Assert.Empty(Directory.GetFiles(_other.Path));
    }

    [Fact]
    public async Task A_backup_that_is_there_is_replaced_only_where_told()
    {
        await using var store = await _directory.OpenAsync();
        await File.WriteAllTextAsync(Backup, "mine", Cancel);
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await CreateAsync());
        Assert.Equal("INVALID_ARGUMENT", failure.Code.Value);
        Assert.Equal("mine", await File.ReadAllTextAsync(Backup, Cancel));

        await SqliteBackup.CreateAsync(_directory.Path, Backup, replace: true, Cancel);
        Assert.NotEqual(4, new FileInfo(Backup).Length);
    }

    [Fact]
    public async Task Where_there_is_no_store_or_no_folder_nothing_is_made()
    {
        Assert.Contains(
            "no store", (await Assert.ThrowsAsync<StoreException>(async () => await CreateAsync())).Message,
            StringComparison.Ordinal);
        await using var store = await _directory.OpenAsync();
        var nowhere = Path.Combine(_other.Path, "missing", "backup.db");
        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await SqliteBackup.CreateAsync(_directory.Path, nowhere, replace: false, Cancel));
        Assert.Equal("STORAGE_UNAVAILABLE", failure.Code.Value);
        Assert.Empty(Directory.GetFileSystemEntries(_other.Path));
    }

    private ValueTask<BackupReport> CreateAsync() =>
        SqliteBackup.CreateAsync(_directory.Path, Backup, replace: false, Cancel);

    private ValueTask<RestoreReport> RestoreAsync(bool replace = false) => SqliteBackup.RestoreAsync(
        Backup, new SqliteStoreOptions { Directory = _other.Path }, replace, TimeProvider.System, Cancel);

    private async Task RefusedAsync(string code, string words, bool replace = false)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await RestoreAsync(replace));
        Assert.Equal(code, failure.Code.Value);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
