using System.Diagnostics;

namespace Aos.Benchmarks.Load;

/// <summary>What a process did in a stretch of time.</summary>
internal sealed class Sample
{
    private readonly List<double> _stepMicroseconds = [];

    public long Steps { get; private set; }

    public double Seconds { get; private set; }

    public double CpuSeconds { get; private set; }

    public long AllocatedBytes { get; private set; }

    public double StepsPerSecond => Seconds > 0 ? Steps / Seconds : 0;

    /// <summary>A quantile of the time of a step, in microseconds: the time of a run over its steps.</summary>
    public double Quantile(double q)
    {
        if (_stepMicroseconds.Count == 0) return 0;
        _stepMicroseconds.Sort();
        return _stepMicroseconds[(int)Math.Min(_stepMicroseconds.Count - 1, q * _stepMicroseconds.Count)];
    }

    /// <summary>Keeps a number of workers busy for a stretch, each with one unit of work after the other.</summary>
    /// <param name="workers">How many units are in flight.</param>
    /// <param name="seconds">How long new units begin.</param>
    /// <param name="stepsOfAUnit">Steps in one unit.</param>
    /// <param name="work">Makes one unit.</param>
    public async Task AddAsync(int workers, double seconds, int stepsOfAUnit, Func<int, Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var own = new List<double>();
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var begun = Stopwatch.GetTimestamp();
                await work(worker);
                own.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds / stepsOfAUnit);
            }
            return own;
        })));
        Seconds += clock.Elapsed.TotalSeconds;
        process.Refresh();
        CpuSeconds += (process.TotalProcessorTime - cpu).TotalSeconds;
        AllocatedBytes += GC.GetTotalAllocatedBytes() - allocated;
        foreach (var own in times)
        {
            Steps += (long)own.Count * stepsOfAUnit;
            _stepMicroseconds.AddRange(own);
        }
    }
}
