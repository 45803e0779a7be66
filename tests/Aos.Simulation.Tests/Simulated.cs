using Aos.Simulation.Tests.Pump;

namespace Aos.Simulation.Tests;

/// <summary>The simulation as the tests see it, on their side of the border between the assemblies.</summary>
internal static class Simulated
{
    private static readonly Type Inside = PumpedAssemblies.Find("Aos.Simulation.Tests.Engine");

    public static Func<string[]> PlantNames { get; } = Call<Func<string[]>>("PlantNames");

    /// <summary>Runs a seed with a planted bug or none; empty where every promise was kept.</summary>
    public static Func<ulong, string, string> Check { get; } = Call<Func<ulong, string, string>>("Check");

    public static Func<ulong, string, string> History { get; } = Call<Func<ulong, string, string>>("History");

    public static Func<ulong, string, bool, string> Explain { get; } =
        Call<Func<ulong, string, bool, string>>("Explain");

    public static Func<ulong, ulong, string> Behaviour { get; } = Call<Func<ulong, ulong, string>>("Behaviour");

    /// <summary>The first failing seed of a range, on all processors; null where there is none.</summary>
    public static ulong? FindFailure(ulong first, ulong count, string plant = "")
    {
        var next = 0L;
        var failed = ulong.MaxValue;
        var gate = new Lock();
        // Threads of their own, because each simulation needs its thread for itself.
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (true)
            {
                var seed = first + (ulong)(Interlocked.Increment(ref next) - 1);
                if (seed >= first + count || seed > Volatile.Read(ref failed)) return;
                if (Check(seed, plant).Length == 0) continue;
                lock (gate) failed = Math.Min(failed, seed);
            }
        })
        { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failed == ulong.MaxValue ? null : failed;
    }

    private static T Call<T>(string method) where T : Delegate => Inside.GetMethod(method)!.CreateDelegate<T>();
}
