using System.Diagnostics;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;
using Aos.Storage.Sqlite;

namespace Aos.Benchmarks.Recovery;

/// <summary>How long a process needs to finish what another left behind when it was killed, beside the time of the same
/// work without a crash.</summary>
internal static class RecoveryBench
{
    private const string Once = "bench_once";
    private const string Hang = "bench_idempotent";
    private const int StepsBefore = 5;
    private const int StepsAfter = 4;

    /// <summary>The process that is killed: begins the runs, says so when each of them hangs in its sixth step, and
    /// waits.</summary>
    public static async Task<int> BeginAsync(string folder, int runs)
    {
        var hanging = 0;
        await using var store = await OpenAsync(folder);
        var runtime =
            new AosRuntime(new AosRuntimeParts { Store = store, Skills = Skills(folder, hangs: true, OnHang) });
        var request = Request(StepsBefore + 1 + StepsAfter);
        for (var i = 0; i < runs; i++)
            if ((await runtime.SubmitAsync(request, CancellationToken.None)).Value is null) return 1;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;

        void OnHang()
        {
            if (Interlocked.Increment(ref hanging) == runs) Console.WriteLine("all hang");
        }
    }

    public static async Task<RecoveryRow> MeasureAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("aos-recovery-").FullName;
        try
        {
            await KillAsync(folder, runs);
            // The runtime is warm, as that of a server is which takes over; start-up is measured by itself.
            await FinishAsync(Path.Combine(folder, "warm"), runs, StepsAfter + 1);
            var undisturbed = await FinishAsync(Path.Combine(folder, "fresh"), runs, StepsAfter + 1);
            var clock = Stopwatch.StartNew();
            await using (var store = await OpenAsync(folder))
            {
                await using var runtime = new AosRuntime(
                    new AosRuntimeParts { Store = store, Skills = Skills(folder, hangs: false, () => { }) });
                var answers = await runtime.ResumeAsync(null, CancellationToken.None);
                if (answers.Count != runs || answers.Any(answer => answer.Value?.Status != RunStatus.Completed))
                    throw new InvalidOperationException($"Of {runs} runs {answers.Count(answer => answer.Value?.Status == RunStatus.Completed)} were finished.");
            }
            var recovered = clock.Elapsed.TotalSeconds;
            var keys = File.ReadLines(Path.Combine(folder, $"{Once}.txt")).ToList();
            return new RecoveryRow
            {
                Store = "sqlite",
                RunsKilled = runs,
                StepsLeft = runs * (StepsAfter + 1),
                RestartToDoneS = Math.Round(recovered, 3),
                SameWorkUndisturbedS = Math.Round(undisturbed, 3),
                OverTheWorkLeftS = Math.Round(recovered - undisturbed, 3),
                OnceStepsMade = keys.Count,
                OnceStepsRepeated = keys.Count - keys.Distinct(StringComparer.Ordinal).Count(),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task KillAsync(string folder, int runs)
    {
        var start =
            new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(typeof(RecoveryBench).Assembly.Location);
        foreach (var argument in new[] { "recovery-begin", folder, runs.ToString() }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "all hang")
            throw new InvalidOperationException("The process that was to be killed could not begin its runs.");
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<double> FinishAsync(string folder, int runs, int steps)
    {
        var clock = Stopwatch.StartNew();
        await using var store = await OpenAsync(folder);
        await using var runtime =
            new AosRuntime(new AosRuntimeParts { Store = store, Skills = Skills(folder, hangs: false, () => { }) });
        var request = Request(steps);
        var submitted = new List<RunId>();
        for (var i = 0; i < runs; i++)
            submitted.Add((await runtime.SubmitAsync(request, CancellationToken.None)).Value!.RunId);
        foreach (var run in submitted) await runtime.WaitAsync(run, CancellationToken.None);
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<SqliteStore> OpenAsync(string folder) =>
        await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Directory = folder }, TimeProvider.System, CancellationToken.None);

    private static ISkillRegistry Skills(string folder, bool hangs, Action onHang) => SkillRegistry.Create(
    [
        new LeftSkill(Once, EffectClass.Once, Path.Combine(folder, $"{Once}.txt"), hangs: false, onHang),
        new LeftSkill(Hang, EffectClass.Idempotent, Path.Combine(folder, $"{Hang}.txt"), hangs, onHang),
    ]);

    private static RunRequest Request(int steps)
    {
        var text = string.Join(',', Enumerable.Range(0, steps).Select(i =>
            $$"""{"id":"s{{i}}","skill":"{{(i == Math.Max(0, steps - 1 - StepsAfter) ? Hang : Once)}}@1"{{(i == 0 ? "" : $",\"depends_on\":[\"s{i - 1}\"]")}}}"""));
        return new RunRequest
        {
            Plan = PlanReader.Read(Encoding.UTF8.GetBytes($$"""{"steps":[{{text}}]}""")).Value!,
            Profile = new AgentProfile { AgentId = "bench", Skills = [SkillRef.Parse(Once), SkillRef.Parse(Hang)] },
        };
    }
}

/// <summary>The row of <c>bench/run recovery</c>.</summary>
internal sealed record RecoveryRow
{
    public required string Store { get; init; }

    public required int RunsKilled { get; init; }

    public required int StepsLeft { get; init; }

    public required double RestartToDoneS { get; init; }

    public required double SameWorkUndisturbedS { get; init; }

    public required double OverTheWorkLeftS { get; init; }

    public required int OnceStepsMade { get; init; }

    public required int OnceStepsRepeated { get; init; }
}
