using System.Diagnostics;

namespace Aos.Benchmarks.Questions;

/// <summary>How long the command line takes from its start to its end, as built from source.</summary>
internal static class StartupBench
{
    public static async Task<IReadOnlyList<StartupRow>> MeasureAsync(string root, int times)
    {
        var folder = Directory.CreateTempSubdirectory("aos-startup-").FullName;
        try
        {
            await RunAsync(root, folder, ["--version"]); // Builds where it must.
            var rows = new List<StartupRow>();
            foreach (var arguments in (string[][])[["--version"], ["runs"], ["skills"]])
            {
                var taken = new List<double>();
                for (var i = 0; i < times; i++) taken.Add(await RunAsync(root, folder, arguments));
                taken.Sort();
                rows.Add(new StartupRow
                {
                    Command = $"aos {string.Join(' ', arguments)}",
                    MinMs = Math.Round(taken[0], 1),
                    P50Ms = Math.Round(taken[times / 2], 1),
                    P95Ms = Math.Round(taken[times * 95 / 100], 1),
                });
            }
            return rows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> RunAsync(string root, string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(root, "aos"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        start.Environment["AOS_HOME"] = folder;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var taken = clock.Elapsed.TotalMilliseconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"aos {string.Join(' ', arguments)} failed: {await output}{await errors}");
        return taken;
    }
}

/// <summary>A row of <c>bench/run startup</c>.</summary>
internal sealed record StartupRow
{
    public required string Command { get; init; }

    public required double MinMs { get; init; }

    public required double P50Ms { get; init; }

    public required double P95Ms { get; init; }
}
