namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The real store over the real engine on a disk that loses what was not flushed: from the recorded writes and
/// flushes of one life of a store, the files are made as a crash at any moment would have left them.</summary>
public sealed class CrashImageTests : IAsyncLifetime
{
    private const ulong Seed = 20260722;

    private readonly string _folder = Folders.Create();
    private string _root = "";
    private IReadOnlyList<DiskCall> _calls = [];

    public async ValueTask InitializeAsync()
    {
        _root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        var record = Path.Combine(_folder, "record");
        await HostProcess.RunAsync(DiskShim.Watch(_root, record), "live", _root);
        _calls = DiskRecord.Read(record);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Whatever_moment_the_power_fails_at_the_store_is_sound_and_loses_and_repeats_nothing()
    {
        var images = CrashImages.Of(_calls, new SimulatedDisk(_root), Seed);
        Assert.True(images.Count > 300, $"only {images.Count} images");
        await CrashImages.RequireAsync(images, Path.Combine(_folder, "images"), CheckAsync);
    }

    [Fact]
    public async Task A_second_crash_while_the_runs_of_the_first_are_resumed_loses_and_repeats_nothing()
    {
        var killed = KilledIn(_calls, new SimulatedDisk(_root), 2);
        var again = Directory.CreateDirectory(Path.Combine(_folder, "again")).FullName;
        killed.Files.Write(again);
        var disk = new SimulatedDisk(again);
        disk.Load(again);
        var record = Path.Combine(_folder, "record of resuming");
        await HostProcess.RunAsync(DiskShim.Watch(again, record), "resume", again);

        var images = CrashImages.Of(DiskRecord.Read(record), disk, Seed)
            .Select(moment => moment with { Said = [.. killed.Said, .. moment.Said] }).ToList();
        await CrashImages.RequireAsync(images, Path.Combine(_folder, "images"), CheckAsync);
    }

    [Theory]
    [InlineData("aos.db-wal")]
    [InlineData("aos.db")]
    [InlineData("data")]
    [InlineData("root")]
    public async Task A_flush_that_was_left_out_is_found(string name)
    {
        var handles = _calls.Where(call => call.Kind == DiskCallKind.Open && Path.GetFileName(call.Path) == name)
            .Select(call => call.Handle).ToHashSet();
        var flushed = _calls.Where(call => !call.IsSync || !handles.Contains(call.Handle)).ToList();
        Assert.NotEqual(_calls.Count, flushed.Count);

        Assert.NotEmpty(await CrashImages.CheckAsync(
            CrashImages.Of(flushed, new SimulatedDisk(_root), Seed), Path.Combine(_folder, "images"), CheckAsync,
            stopsAtFirst: true));
    }

    private static Task CheckAsync(string directory, string[] said) =>
        Aftermath.CheckAsync(Path.Combine(directory, "data"), said);

    // Killed once so many calls that must not be repeated were on their way.
    private static CrashMoment KilledIn(IReadOnlyList<DiskCall> calls, SimulatedDisk disk, int sent)
    {
        foreach (var call in calls)
        {
            disk.Apply(call);
            if (disk.Said.Count(line => line.Contains(" send ", StringComparison.Ordinal)) == sent) break;
        }
        return new CrashMoment("killed", disk.Crash(Unflushed.Kept, new Dice(Seed)), [.. disk.Said]);
    }
}
