using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Simulation;

/// <summary>Finds the steps that the time of a foreseen run is made of.</summary>
internal static class CriticalPath
{
    // Moments are kept to the microsecond; sums of them in milliseconds are not exact.
    private const double SameMs = 0.0005;

    /// <summary>From the step that ends last back to one that begins with the run: of those that ended when a step
    /// began, the one that it depends on, and otherwise the one whose place it took.</summary>
    /// <param name="state">The run at its end.</param>
    /// <param name="times">When each step began, and how long it took, in milliseconds.</param>
    public static ValueList<StepId> Of(
        RunState state, IReadOnlyDictionary<StepId, (double Start, double Latency)> times)
    {
        var path = new List<StepId>();
        var open = state.Steps.Where(step => step.IsEnded && times.ContainsKey(step.Program.Id)).ToList();
        for (var step = open.MaxBy(End); step is not null; step = Before(step))
        {
            path.Add(step.Program.Id);
            open.Remove(step);
        }
        path.Reverse();
        return ValueList.From(path);

        double Start(StepState step) => times[step.Program.Id].Start;

        double End(StepState step) => Start(step) + times[step.Program.Id].Latency;

        StepState? Before(StepState step)
        {
            var ended = open.Where(one => End(one) <= Start(step) + SameMs).ToList();
            var needed = ended.Where(one => step.Program.Dependencies.Contains(one.Program.Index)).MaxBy(End);
            var last = ended.MaxBy(End);
            // A step may begin later than what it needs has ended, where it found no room.
            return last is not null && (needed is null || End(last) > End(needed) + SameMs)
                && End(last) >= Start(step) - SameMs ? last : needed;
        }
    }
}
