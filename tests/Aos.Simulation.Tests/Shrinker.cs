using System.Collections.Immutable;
using Aos.Simulation.Tests.World;

namespace Aos.Simulation.Tests;

/// <summary>Makes a failing simulation smaller: leaves out runs, steps and faults for as long as some promise is still
/// broken.</summary>
internal static class Shrinker
{
    private const int TriesMax = 400;

    /// <summary>The smallest simulation that was found, and how many were tried.</summary>
    public static (SimulationSpec Spec, int Tries) Shrink(SimulationSpec spec)
    {
        var best = spec with { Scenario = spec.Scenario ?? Scenario.FromSeed(spec.Seed) };
        var tries = 0;
        if (!Fails(best, ref tries, out var struck)) return (best, tries);
        bool isSmaller;
        do
        {
            isSmaller = false;
            foreach (var candidate in Smaller(best, struck))
            {
                if (tries >= TriesMax) return (best, tries);
                if (!Fails(candidate, ref tries, out var still)) continue;
                (best, struck, isSmaller) = (candidate, still, true);
                break;
            }
        }
        while (isSmaller);
        return (best, tries);
    }

    private static bool Fails(SimulationSpec spec, ref int tries, out ImmutableArray<FaultPlace> struck)
    {
        tries++;
        var simulation = new World.Simulation(spec);
        var fails = simulation.Run() is not null;
        struck = [.. simulation.Faults.Struck];
        return fails;
    }

    private static IEnumerable<SimulationSpec> Smaller(SimulationSpec spec, ImmutableArray<FaultPlace> struck)
    {
        var runs = spec.Scenario!.Runs;
        if (runs.Length > 1)
            foreach (var run in runs) yield return With(spec, runs.Remove(run));
        // Half of the faults at a time, then quarters, then each.
        for (var size = struck.Length; size > 0; size /= 2)
            for (var from = 0; from < struck.Length; from += size)
                yield return spec with { LeftOut = spec.LeftOut.Union(struck.Skip(from).Take(size)) };
        for (var i = 0; i < runs.Length; i++)
        {
            var run = runs[i];
            foreach (var step in run.Steps)
                if (run.Steps.Length > 1)
                    yield return With(spec, runs.SetItem(i, run with { Steps = run.Steps.Remove(step) }));
            foreach (var step in run.Later)
                if (run.Later.Length > 1)
                    yield return With(spec, runs.SetItem(i, run with { Later = run.Later.Remove(step) }));
            if (run.CancelAfterMs is not null)
                yield return With(spec, runs.SetItem(i, run with { CancelAfterMs = null }));
            foreach (var (index, step) in run.Steps.Index())
                foreach (var plain in Plainer(step))
                    yield return With(spec, runs.SetItem(i, run with { Steps = run.Steps.SetItem(index, plain) }));
        }
    }

    private static IEnumerable<ScenarioStep> Plainer(ScenarioStep step)
    {
        if (step.ForEach != 0) yield return step with { ForEach = 0 };
        if (step.When != 0) yield return step with { When = 0 };
        if (step.OnFailure != 0) yield return step with { OnFailure = 0 };
        if (step.Approval != 0) yield return step with { Approval = 0 };
        if (step.Needs != 0) yield return step with { Needs = 0 };
        if (step.Reads) yield return step with { Reads = false };
    }

    private static SimulationSpec With(SimulationSpec spec, ImmutableArray<ScenarioRun> runs) =>
        spec with { Scenario = spec.Scenario! with { Runs = runs } };
}
