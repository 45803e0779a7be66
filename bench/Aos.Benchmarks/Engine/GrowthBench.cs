using System.Diagnostics;
using Aos.Benchmarks.Load;

namespace Aos.Benchmarks.Engine;

/// <summary>The engine's rate on an empty store, and on one that holds very many finished runs.</summary>
internal static class GrowthBench
{
    private const int Writers = 256;

    public static async Task<IReadOnlyList<GrowthRow>> MeasureAsync(
        string kind, Mix mix, int inFlight, double seconds, long runs, TextWriter progress)
    {
        var workload = new Workload(mix);
        await using var bench = await BenchStore.OpenAsync(kind);
        await using var empty = await BenchStore.OpenAsync(kind);
        var rows = new List<GrowthRow>();
        await using (var runtime = workload.Open(empty.Store))
        {
            await RateAsync(runtime, 5);
            rows.Add(
                new GrowthRow
                {
                    Store = kind,
                    Mix = mix.Name,
                    RunsInFlight = inFlight,
                    FinishedRuns = 0,
                    StepsPerS = await RateAsync(runtime, seconds)
                });
            await FillAsync();
        }
        await using (var runtime = workload.Open(bench.Store))
        {
            await RateAsync(runtime, 5);
            rows.Add(
                new GrowthRow
                {
                    Store = kind,
                    Mix = mix.Name,
                    RunsInFlight = inFlight,
                    FinishedRuns = runs,
                    StepsPerS = await RateAsync(runtime, seconds)
                });
        }
        return rows;

        async Task<double> RateAsync(Runtime.AosRuntime runtime, double limit)
        {
            var sample = new Sample();
            await sample.AddAsync(
                inFlight, limit, Workload.StepsOfARun, _ => workload.MakeAsync(runtime, CancellationToken.None));
            return Math.Round(sample.StepsPerSecond);
        }

        // As the engine writes them, in as few commits as the store takes.
        async Task FillAsync()
        {
            await using var floor = await Floor.OpenAsync(bench.Store, empty.Store, slices: 1);
            long made = 0;
            var told = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref made) <= runs)
                {
                    await floor.MakeAsync();
                    if (told.Elapsed.TotalSeconds < 5) continue;
                    told.Restart();
                    await progress.WriteLineAsync($"filled in {Math.Min(made, runs):#,0} of {runs:#,0} runs …");
                }
            })));
        }
    }
}

/// <summary>A row of <c>bench/run growth</c>.</summary>
internal sealed record GrowthRow
{
    public required string Store { get; init; }

    public required string Mix { get; init; }

    public required int RunsInFlight { get; init; }

    public required long FinishedRuns { get; init; }

    public required double StepsPerS { get; init; }
}
