using System.Collections.Concurrent;
using System.Globalization;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A disk that fails at the n-th call, for every n of a small life of a store (with
/// <c>AOS_CRASH_IMAGES=every</c>; otherwise for every n of one error, and every second or third of the others): the
/// engine stops and says so, claims nothing that is not there, and another process goes on.</summary>
public sealed class DiskFaultTests : IDisposable
{
    // The engine does not say why it could not make a file; the sentence names both causes.
    private const string CannotTell =
        "must be there and be writable for this user, and the disk must have room for a new file";

    private readonly string _folder = Folders.Create();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(DiskShim.IoError, nameof(FaultSpan.Once), 1, "STORAGE_UNAVAILABLE")]
    [InlineData(DiskShim.IoError, nameof(FaultSpan.FromThenOn), 3, "STORAGE_UNAVAILABLE")]
    [InlineData(DiskShim.NoSpace, nameof(FaultSpan.FromThenOn), 3, "STORAGE_FULL")]
    [InlineData(DiskShim.NoSpace, nameof(FaultSpan.HalfThenFromThenOn), 2, "STORAGE_FULL")]
    public async Task Wherever_the_disk_fails_the_engine_says_so_and_loses_and_repeats_nothing(
        int error, string span, int stride, string code)
    {
        await HostProcess.RunAsync(
            DiskShim.Watch(_folder, record: null), "fail", _folder, error.ToString(CultureInfo.InvariantCulture), span,
            (CrashImages.IsEvery ? 1 : stride).ToString(CultureInfo.InvariantCulture));
        var stores = Directory.GetDirectories(_folder);
        Assert.True(stores.Length > 100, $"only {stores.Length} calls");
        var refused = 0;
        var broken = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(
            stores, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (store, _) =>
        {
            var said = await File.ReadAllLinesAsync(Path.Combine(store, "said"), CancellationToken.None);
            var codes = said.Where(line => line.StartsWith("refused ", StringComparison.Ordinal)).ToList();
            if (codes.Count > 0) Interlocked.Increment(ref refused);
            try
            {
                Assert.All(codes, line => Assert.True(
                    line.StartsWith($"refused {code} ", StringComparison.Ordinal)
                        || line.Contains(CannotTell, StringComparison.Ordinal), line));
                await Aftermath.CheckAsync(Path.Combine(store, "data"), said);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                broken.Enqueue($"call {Path.GetFileName(store)}: {failure}");
            }
        });

        Assert.True(
            broken.IsEmpty, $"{broken.Count} of {stores.Length} do not hold:\n{string.Join('\n', broken.Take(5))}");
        // A file that is only there to be quick, or a flush on the way out, may fail without anybody's noticing.
        Assert.True(refused > stores.Length / 2, $"only {refused} of {stores.Length} faults were noticed");
    }
}
