using System.Diagnostics;
using System.Text;
using Aos.Benchmarks.Load;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Documents;

namespace Aos.Benchmarks.Questions;

/// <summary>How long each query about a run takes: while the run goes on in this process, after it has ended, and by a
/// process that has never seen it.</summary>
internal static class QueryBench
{
    public static async Task<IReadOnlyList<QueryRow>> MeasureAsync(int steps, int times)
    {
        var workload = new Workload(Mix.Read);
        await using var bench = await BenchStore.OpenAsync("sqlite");
        await using var runtime = workload.Open(bench.Store);
        var chain = string.Join(',', Enumerable.Range(0, steps - 1).Select(i => i == 0
            ? """{"id":"s0","skill":"bench_step@1","input":{"n":"${input.n}"}}"""
            : $$$"""{"id":"s{{{i}}}","skill":"bench_step@1","input":{"n":"${steps.s{{{i - 1}}}.result.n}"}}"""));
        var plan = $$"""{"steps":[{{chain}},{"id":"end","wait":{"signal":"go"},"depends_on":["s{{steps - 2}}"]}]}""";
        var request = workload.Request with { Plan = PlanReader.Read(Encoding.UTF8.GetBytes(plan)).Value! };
        var live = (await runtime.RunAsync(request, CancellationToken.None)).Value!.RunId;
        var ended = (await runtime.RunAsync(request, CancellationToken.None)).Value!.RunId;
        await runtime.SignalAsync(ended, SignalName.Parse("go"), null, "bench", null, CancellationToken.None);
        if ((await runtime.WaitAsync(ended, CancellationToken.None)).Value?.Status != RunStatus.Completed)
            throw new InvalidOperationException("A run of the benchmark did not end.");
        var rows = new List<QueryRow>();
        foreach (var query in AosRuntime.Queries)
        {
            var (first, _, _) = await AskAsync(runtime, ended, query, 1);
            await AskAsync(runtime, ended, query, 20);
            var (_, endedP50, endedP95) = await AskAsync(runtime, ended, query, times);
            var (_, liveP50, liveP95) = await AskAsync(runtime, live, query, times);
            rows.Add(new QueryRow
            {
                Query = query,
                Steps = steps,
                FirstMs = first,
                EndedP50Ms = endedP50,
                EndedP95Ms = endedP95,
                LiveP50Ms = liveP50,
                LiveP95Ms = liveP95,
            });
        }
        return rows;
    }

    private static async Task<(double First, double P50, double P95)> AskAsync(
        AosRuntime runtime, RunId run, string query, int times)
    {
        var taken = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            var outcome = await runtime.QueryAsync(run, query, null, CancellationToken.None);
            taken.Add(clock.Elapsed.TotalMilliseconds);
            if (outcome.Status != OutcomeStatus.Success)
                throw new InvalidOperationException($"{query}: {outcome.Code} {outcome.Message}");
        }
        var first = Math.Round(taken[0], 2);
        taken.Sort();
        return (first, Math.Round(taken[times / 2], 2), Math.Round(taken[times * 95 / 100], 2));
    }
}

/// <summary>A row of <c>bench/run queries</c>.</summary>
internal sealed record QueryRow
{
    public required string Query { get; init; }

    public required int Steps { get; init; }

    /// <summary>The first time that it is asked, of the run that has ended.</summary>
    public required double FirstMs { get; init; }

    public required double EndedP50Ms { get; init; }

    public required double EndedP95Ms { get; init; }

    public required double LiveP50Ms { get; init; }

    public required double LiveP95Ms { get; init; }
}
