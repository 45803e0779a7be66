using System.Diagnostics;
using System.Text;
using Aos.Benchmarks.Load;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Benchmarks.Questions;

/// <summary>What very many waiting runs cost in memory, and how fast they come back when their signal comes.</summary>
internal static class WaitingBench
{
    private const int AtOnce = 256;
    private const int Woken = 1_000;

    public static async Task<WaitingRow> MeasureAsync(int runs, TextWriter progress)
    {
        var workload = new Workload(Mix.Read);
        await using var bench = await BenchStore.OpenAsync("sqlite");
        await using var runtime = workload.Open(bench.Store);
        var request = workload.Request with
        {
            Plan = PlanReader.Read(Encoding.UTF8.GetBytes(
                """{"steps":[{"id":"w","wait":{"signal":"go"}},{"id":"s","skill":"bench_step@1","depends_on":["w"],"input":{"n":7}}]}""")).Value!,
        };
        await runtime.RunAsync(request, CancellationToken.None);
        var before = Memory();
        var waiting = new RunId[runs];
        var next = -1;
        var told = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < runs)
            {
                waiting[i] = (await runtime.SubmitAsync(request, CancellationToken.None)).Value!.RunId;
                if (told.Elapsed.TotalSeconds < 5) continue;
                told.Restart();
                await progress.WriteLineAsync($"{i:#,0} of {runs:#,0} runs wait …");
            }
        })));
        var clock = Stopwatch.StartNew();
        while (runtime.RunsInMemory > 0)
        {
            if (clock.Elapsed.TotalMinutes > 5)
                throw new InvalidOperationException($"{runtime.RunsInMemory} waiting runs stay in memory.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
        var after = Memory();
        using var process = Process.GetCurrentProcess();
        clock.Restart();
        var woken = waiting.Take(Math.Min(Woken, runs)).ToList();
        foreach (var run in woken)
            await runtime.SignalAsync(run, SignalName.Parse("go"), null, "bench", null, CancellationToken.None);
        foreach (var run in woken)
            if ((await runtime.WaitAsync(run, CancellationToken.None)).Value?.Status != RunStatus.Completed)
                throw new InvalidOperationException("A run of the benchmark did not go on after its signal.");
        return new WaitingRow
        {
            Runs = runs,
            HeapMb = Math.Round((after - before) / 1e6, 1),
            HeapBytesPerRun = (after - before) / runs,
            ProcessMb = Math.Round(process.WorkingSet64 / 1e6, 1),
            WokenPerS = Math.Round(woken.Count / clock.Elapsed.TotalSeconds),
        };
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>The row of <c>bench/run waiting</c>.</summary>
internal sealed record WaitingRow
{
    public required int Runs { get; init; }

    /// <summary>The managed memory that the runs take while they wait.</summary>
    public required double HeapMb { get; init; }

    public required long HeapBytesPerRun { get; init; }

    /// <summary>The whole process.</summary>
    public required double ProcessMb { get; init; }

    /// <summary>Runs a second that are read again and completed when their signal comes.</summary>
    public required double WokenPerS { get; init; }
}
