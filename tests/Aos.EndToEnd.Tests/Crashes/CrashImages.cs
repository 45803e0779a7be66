using System.Collections.Concurrent;
using System.Globalization;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A moment at which the power fails.</summary>
/// <param name="Name">The call before it, what became of the rest, and the seed.</param>
/// <param name="Files">The files that are left.</param>
/// <param name="Said">What the process had claimed, and the world had seen, by then.</param>
internal sealed record CrashMoment(string Name, DiskImage Files, string[] Said);

/// <summary>Makes and checks the images of a recorded process.</summary>
internal static class CrashImages
{
    private static readonly (Unflushed, int)[] Fates =
        [(Unflushed.Kept, 0), (Unflushed.Dropped, 0), (Unflushed.Torn, 1), (Unflushed.Torn, 2)];

    /// <summary>Whether every call is a moment to look at, which takes minutes:
    /// <c>AOS_CRASH_IMAGES=every</c>.</summary>
    public static bool IsEvery { get; } = Environment.GetEnvironmentVariable("AOS_CRASH_IMAGES") == "every";

    /// <summary>The distinct images of a crash before and after each flush, after each change of names, and at the end;
    /// with <c>AOS_CRASH_IMAGES=every</c> after each call. Each with all of it kept, all lost, and torn by two seeds.
    /// Of equal ones the first and the last are taken, with the fewest and the most claims.</summary>
    public static IReadOnlyList<CrashMoment> Of(IReadOnlyList<DiskCall> calls, SimulatedDisk disk, ulong seed)
    {
        var first = new Dictionary<string, CrashMoment>(StringComparer.Ordinal);
        var last = new Dictionary<string, CrashMoment>(StringComparer.Ordinal);
        for (var at = 0; at < calls.Count; at++)
        {
            disk.Apply(calls[at]);
            if (!IsEvery && !IsTelling(calls, at)) continue;
            foreach (var (unflushed, number) in Fates)
            {
                var name = string.Create(
                    CultureInfo.InvariantCulture,
                    $"after call {at + 1} ({calls[at].Kind}), {unflushed} {number}, seed {seed}");
                var moment =
                    new CrashMoment(name, disk.Crash(unflushed, new Dice(Dice.Hash(seed, name))), [.. disk.Said]);
                var print = moment.Files.Fingerprint();
                if (!first.TryAdd(print, moment)) last[print] = moment;
            }
        }
        return [.. first.Values.Concat(last.Values)];
    }

    private static bool IsTelling(IReadOnlyList<DiskCall> calls, int at) =>
        at + 1 == calls.Count || calls[at].Kind is not (DiskCallKind.Open or DiskCallKind.Write)
            || calls[at + 1].IsSync;

    /// <summary>Checks each image in a directory of its own.</summary>
    /// <param name="images">The images.</param>
    /// <param name="folder">Where the directories are made.</param>
    /// <param name="check">Throws where something does not hold; it is given the directory and what was said.</param>
    /// <param name="stopsAtFirst">Whether one that does not hold is enough.</param>
    /// <returns>What does not hold.</returns>
    public static async Task<IReadOnlyCollection<string>> CheckAsync(
        IReadOnlyList<CrashMoment> images, string folder, Func<string, string[], Task> check, bool stopsAtFirst = false)
    {
        var broken = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            images.Index(), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            async (image, _) =>
        {
            if (stopsAtFirst && !broken.IsEmpty) return;
            var directory = Directory.CreateDirectory(Path.Combine(folder, $"{image.Index}")).FullName;
            image.Item.Files.Write(directory);
            try
            {
                await check(directory, image.Item.Said);
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                broken.Enqueue($"{image.Item.Name}: {failure}");
            }
        });
        return broken;
    }

    /// <summary>Fails where something does not hold.</summary>
    public static async Task RequireAsync(
        IReadOnlyList<CrashMoment> images, string folder, Func<string, string[], Task> check)
    {
        TestContext.Current.SendDiagnosticMessage("{0} images", images.Count);
        var broken = await CheckAsync(images, folder, check);
        Assert.True(
            broken.Count == 0,
            $"{broken.Count} of {images.Count} images do not hold:\n{string.Join('\n', broken.Take(5))}");
    }
}
