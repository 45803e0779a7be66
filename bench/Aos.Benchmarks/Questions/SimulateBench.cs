using System.Diagnostics;
using System.Text;
using Aos.Benchmarks.Load;
using Aos.Runtime.Documents;

namespace Aos.Benchmarks.Questions;

/// <summary>How long a simulation of a plan takes whose steps read each other's results.</summary>
internal static class SimulateBench
{
    public static async Task<SimulateRow> MeasureAsync(int steps, int times)
    {
        var workload = new Workload(Mix.Read);
        await using var bench = await BenchStore.OpenAsync("sqlite");
        await using var runtime = workload.Open(bench.Store);
        var text = string.Join(',', Enumerable.Range(0, steps).Select(i => i == 0
            ? """{"id":"s0","skill":"bench_step@1","input":{"n":"${input.n}"}}"""
            : $$$"""{"id":"s{{{i}}}","skill":"bench_step@1","input":{"n":"${steps.s{{{i - 1}}}.result.n}"}}"""));
        var request = workload.Request with
        {
            Plan = PlanReader.Read(Encoding.UTF8.GetBytes($$"""{"steps":[{{text}}]}""")).Value!
        };
        var taken = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            if ((await runtime.SimulateAsync(request, CancellationToken.None)).Value?.Steps.Count != steps)
                throw new InvalidOperationException("The simulation of the benchmark lacks steps.");
            taken.Add(clock.Elapsed.TotalMilliseconds);
        }
        var first = taken[0];
        taken.Sort();
        return new SimulateRow
        {
            Steps = steps,
            FirstMs = Math.Round(first, 2),
            P50Ms = Math.Round(taken[times / 2], 2),
            P95Ms = Math.Round(taken[times * 95 / 100], 2)
        };
    }
}

/// <summary>The row of <c>bench/run simulate</c>.</summary>
internal sealed record SimulateRow
{
    public required int Steps { get; init; }

    public required double FirstMs { get; init; }

    public required double P50Ms { get; init; }

    public required double P95Ms { get; init; }
}
