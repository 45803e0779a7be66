using System.CommandLine;
using System.Diagnostics;
using Aos.Benchmarks.Load;

namespace Aos.Benchmarks.Micro;

/// <summary><c>bench/run kernel</c>: the cost of a step in the kernel alone, without BenchmarkDotNet's patience.</summary>
internal static class KernelCommand
{
    public static Command Create()
    {
        var command = new Command("kernel", "Microseconds and bytes a step of the kernel alone.");
        command.SetAction(async (_, _) =>
        {
            var run = await KernelRun.CreateAsync();
            for (var i = 0; i < 20_000; i++) run.Make();
            var best = double.MaxValue;
            var allocated = 0L;
            for (var round = 0; round < 10; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < 2_000; i++) run.Make();
                best = Math.Min(best, clock.Elapsed.TotalMicroseconds / 2_000 / Workload.StepsOfARun);
                allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / 2_000 / Workload.StepsOfARun;
            }
            Console.WriteLine($"{best:0.00} µs and {allocated:#,0} bytes a step");
            return 0;
        });
        return command;
    }
}
