using Aos.Benchmarks.Load;

namespace Aos.Benchmarks.Engine;

/// <summary>Durable steps a second of the engine, beside what the store can do without it, in one run and in
/// turns.</summary>
internal static class EngineBench
{
    private const int Rounds = 3;

    public static async Task<EngineRow> MeasureAsync(string kind, Mix mix, int inFlight, double seconds)
    {
        var workload = new Workload(mix);
        await using var engineStore = await BenchStore.OpenAsync(kind);
        await using var floorStore = await BenchStore.OpenAsync(kind);
        var (engine, floor) = (new Sample(), new Sample());
        long steps;
        await using (var runtime = workload.Open(engineStore.Store))
        {
            var warmUp = new Sample();
            await warmUp.AddAsync(
                inFlight, Math.Min(seconds, 2), Workload.StepsOfARun,
                _ => workload.MakeAsync(runtime, CancellationToken.None));
            await using var bare = await Floor.OpenAsync(floorStore.Store, engineStore.Store);
            await new Sample().AddAsync(inFlight, 0.3, Workload.StepsOfARun, _ => bare.MakeAsync());
            for (var round = 0; round < Rounds; round++)
            {
                await engine.AddAsync(
                    inFlight, seconds / Rounds, Workload.StepsOfARun,
                    _ => workload.MakeAsync(runtime, CancellationToken.None));
                await floor.AddAsync(inFlight, seconds / Rounds, Workload.StepsOfARun, _ => bare.MakeAsync());
            }
            steps = warmUp.Steps + engine.Steps;
        }
        var bytes = await engineStore.CloseAsync();
        return new EngineRow
        {
            Store = kind,
            Mix = mix.Name,
            RunsInFlight = inFlight,
            StepsPerS = Math.Round(engine.StepsPerSecond),
            FloorStepsPerS = Math.Round(floor.StepsPerSecond),
            RatioToFloor = Math.Round(engine.StepsPerSecond / floor.StepsPerSecond, 3),
            StepP50Us = Math.Round(engine.Quantile(0.5), 1),
            StepP95Us = Math.Round(engine.Quantile(0.95), 1),
            CpuSPer1000Steps = Math.Round(engine.CpuSeconds / engine.Steps * 1000, 4),
            BytesPerStep = bytes / steps,
            AllocBytesPerStep = engine.AllocatedBytes / engine.Steps,
        };
    }
}
