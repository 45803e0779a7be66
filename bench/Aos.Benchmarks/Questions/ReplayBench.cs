using System.Diagnostics;
using Aos.Benchmarks.Load;
using Aos.Contracts.Values;

namespace Aos.Benchmarks.Questions;

/// <summary>How many events a second are verified: read, decoded, hashed, and taken by today's kernel again.</summary>
internal static class ReplayBench
{
    public static async Task<ReplayRow> MeasureAsync(int runs, double seconds)
    {
        var workload = new Workload(Mix.Read);
        await using var bench = await BenchStore.OpenAsync("sqlite");
        await using var runtime = workload.Open(bench.Store);
        var made = new List<RunId>();
        for (var i = 0; i < runs; i++)
            made.Add((await runtime.RunAsync(workload.Request, CancellationToken.None)).Value!.RunId);
        await VerifyAsync(Math.Min(2, seconds));
        var (events, elapsed) = await VerifyAsync(seconds);
        return new ReplayRow
        {
            Runs = runs,
            EventsPerS = Math.Round(events / elapsed),
            Threads = Environment.ProcessorCount
        };

        async Task<(long Events, double Seconds)> VerifyAsync(double limit)
        {
            var clock = Stopwatch.StartNew();
            var counts =
                await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(worker => Task.Run(async () =>
            {
                long compared = 0;
                for (var i = worker; clock.Elapsed.TotalSeconds < limit; i++)
                {
                    var report =
                        (await runtime.ReplayAsync(made[i % made.Count], "verify", CancellationToken.None)).Value!;
                    if (!report.Parity)
                        throw new InvalidOperationException("A run of the benchmark differs from its journal.");
                    compared += report.EventsCompared;
                }
                return compared;
            })));
            return (counts.Sum(), clock.Elapsed.TotalSeconds);
        }
    }
}

/// <summary>The row of <c>bench/run replay</c>.</summary>
internal sealed record ReplayRow
{
    public required int Runs { get; init; }

    public required int Threads { get; init; }

    public required double EventsPerS { get; init; }
}
