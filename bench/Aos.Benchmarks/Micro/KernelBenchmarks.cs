using Aos.Benchmarks.Load;
using Aos.Kernel.Runs;
using BenchmarkDotNet.Attributes;

namespace Aos.Benchmarks.Micro;

/// <summary>The kernel alone: what a step of a chain costs, decisions and fold together.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private KernelRun _run = null!;

    [GlobalSetup]
    public async Task SetUpAsync() => _run = await KernelRun.CreateAsync();

    [Benchmark(OperationsPerInvoke = Workload.StepsOfARun)]
    public RunState Step() => _run.Make();
}
