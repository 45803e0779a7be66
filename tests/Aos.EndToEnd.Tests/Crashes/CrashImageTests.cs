namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The real store over the real engine on a disk that loses what was not flushed: from the recorded writes and
/// flushes of one life of a store, the files are made as a crash at any moment would have left them.</summary>
public sealed class CrashImageTests : IAsyncLifetime
{
    private const ulong Seed = 20260722;

    private readonly string _folder = QuickFolder.Create();
    private string _root = "";
    private IReadOnlyList<DiskCall> _calls = [];

    public async ValueTask InitializeAsync()
    {
        _root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        var record = Path.Combine(_folder, "record");
        await HostProcess.RunAsync(DiskShim.Watch(_root, record), "record", _root);
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
        TestContext.Current.SendDiagnosticMessage("{0} images of {1} calls", images.Count, _calls.Count);

        var broken = await CheckAsync(images, stopsAtFirst: false);

        Assert.True(broken.Count == 0, $"{broken.Count} of {images.Count} images do not hold:\n{string.Join('\n', broken.Take(5))}");
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

        Assert.NotEmpty(await CheckAsync(CrashImages.Of(flushed, new SimulatedDisk(_root), Seed), stopsAtFirst: true));
    }

    private Task<IReadOnlyCollection<string>> CheckAsync(IReadOnlyList<CrashMoment> images, bool stopsAtFirst) =>
        CrashImages.CheckAsync(images, Path.Combine(_folder, "images"), stopsAtFirst);
}
