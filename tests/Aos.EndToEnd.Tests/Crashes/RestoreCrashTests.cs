using System.Globalization;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Backups;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A restore over a store that a killed process left, log and all, and a backup over an older one: whatever
/// happens on the way, there is the old one or the new one, whole.</summary>
public sealed class RestoreCrashTests : IAsyncLifetime
{
    private const ulong Seed = 20260723;

    private readonly string _folder = Folders.Create();
    private string _template = "";
    private RunId _old;
    private RunId _new;

    private static CancellationToken Never => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _template = Directory.CreateDirectory(Path.Combine(_folder, "template")).FullName;
        var (before, life) = (Path.Combine(_folder, "before"), Path.Combine(_folder, "life"));
        _new = await RunAsync(before, "new", () => Task.CompletedTask);
        await SqliteBackup.CreateAsync(before, Path.Combine(_template, "backup.db"), replace: false, Never);
        // Copied while it is open, the store is as a killed process leaves it.
        _old = await RunAsync(life, "old", () =>
        {
            var data = Directory.CreateDirectory(Path.Combine(_template, "data")).FullName;
            foreach (var file in Directory.GetFiles(life)) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
            return Task.CompletedTask;
        });
        Assert.True(new FileInfo(Path.Combine(_template, "data", "aos.db-wal")).Length > 0);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Whatever_moment_the_power_fails_at_in_a_restore_the_old_store_is_there_or_the_new_one()
    {
        var images = await RecordAsync("restore");
        var seen = new HashSet<bool>();

        await CrashImages.RequireAsync(images, Path.Combine(_folder, "images"), async (directory, _) =>
        {
            var isNew = await RequireOldOrNewAsync(Path.Combine(directory, "data"));
            lock (seen) seen.Add(isNew);
        });

        Assert.Equal(2, seen.Count);
    }

    [Theory]
    [InlineData(DiskShim.IoError, nameof(FaultSpan.Once))]
    [InlineData(DiskShim.IoError, nameof(FaultSpan.FromThenOn))]
    [InlineData(DiskShim.NoSpace, nameof(FaultSpan.HalfThenFromThenOn))]
    public async Task Wherever_the_disk_fails_in_a_restore_the_old_store_is_there_or_the_new_one(int error, string span)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        await HostProcess.RunAsync(
            DiskShim.Watch(root, record: null), "fail-restore", root, error.ToString(CultureInfo.InvariantCulture),
            span, _template);
        var stores = Directory.GetDirectories(root);
        Assert.True(stores.Length > 20, $"only {stores.Length} calls");

        foreach (var store in stores)
        {
            var said = await File.ReadAllTextAsync(Path.Combine(store, "said"), Never);
            var isNew = await RequireOldOrNewAsync(Path.Combine(store, "data"));
            Assert.True(
                isNew || said.StartsWith("refused STORAGE_", StringComparison.Ordinal),
                $"call {Path.GetFileName(store)}: nothing was said: {said}");
        }
    }

    [Fact]
    public async Task Whatever_moment_the_power_fails_at_in_a_backup_there_is_the_old_file_or_the_new_one()
    {
        var images = await RecordAsync("backup");
        var seen = new HashSet<bool>();

        await CrashImages.RequireAsync(images, Path.Combine(_folder, "images"), async (directory, _) =>
        {
            var target = Path.Combine(directory, "restored");
            await SqliteBackup.RestoreAsync(Path.Combine(directory, "backup.db"),
                new SqliteStoreOptions { Directory = target }, replace: false, TimeProvider.System, Never);
            var isNew = await RequireOldOrNewAsync(target);
            lock (seen) seen.Add(isNew);
        });

        Assert.Equal(2, seen.Count);
    }

    private async Task<IReadOnlyList<CrashMoment>> RecordAsync(string what)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        Folders.Copy(_template, root);
        var disk = new SimulatedDisk(root);
        disk.Load(root);
        var record = Path.Combine(_folder, "record");
        await HostProcess.RunAsync(DiskShim.Watch(root, record), what, root);
        return CrashImages.Of(DiskRecord.Read(record), disk, Seed);
    }

    // Whether it is the one of the backup.
    private async Task<bool> RequireOldOrNewAsync(string data)
    {
        await using var store =
            await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = data }, TimeProvider.System, Never);
        Assert.Empty(await store.CheckAsync(Never));
        var (old, @new) = (await store.FindRunAsync(_old, Never), await store.FindRunAsync(_new, Never));
        Assert.True(old is null != @new is null, $"old: {old?.Status}, new: {@new?.Status}");
        Assert.Equal(RunStatus.Completed, (old ?? @new)!.Status);
        // Nothing of the one is left to be taken for the other.
        await using var runtime = CrashWorld.Runtime(store, new Ledger([]));
        Assert.Equal(RunStatus.Completed, (await runtime.RunAsync(CrashWorld.Large("next"), Never)).Value!.Status);
        Assert.Empty(await store.CheckAsync(Never));
        Assert.Empty(Directory.GetFiles(data, "aos.db.next-*"));
        return @new is not null;
    }

    private static async Task<RunId> RunAsync(string data, string name, Func<Task> whileOpen)
    {
        await using var store =
            await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = data }, TimeProvider.System, Never);
        await using var runtime = CrashWorld.Runtime(store, new Ledger([]));
        var report = (await runtime.RunAsync(CrashWorld.Mixed(name), Never)).Value!;
        Assert.Equal(RunStatus.Completed, report.Status);
        await whileOpen();
        return report.RunId;
    }
}
