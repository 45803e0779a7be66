using System.Collections.Immutable;

namespace Aos.Kernel.Plans;

/// <summary>Order and circles among steps, given the indexes that each depends on.</summary>
internal static class StepGraph
{
    /// <summary>An order in which each step comes after all that it depends on, ties by index; null where some depend
    /// on each other in a circle.</summary>
    public static ImmutableArray<int>? Order(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        var open = dependencies.Select(list => list.Length).ToArray();
        var dependents = Dependents(dependencies);
        var ready = new SortedSet<int>();
        for (var i = 0; i < open.Length; i++)
            if (open[i] == 0) ready.Add(i);

        var order = ImmutableArray.CreateBuilder<int>(open.Length);
        while (ready.Count > 0)
        {
            var next = ready.Min;
            ready.Remove(next);
            order.Add(next);
            foreach (var dependent in dependents[next])
                if (--open[dependent] == 0) ready.Add(dependent);
        }
        return order.Count == open.Length ? order.ToImmutable() : null;
    }

    /// <summary>Circles that share no step, each in order, such that no circle is left without them.</summary>
    public static IEnumerable<ImmutableArray<int>> FindCircles(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        while (FindCircle(dependencies) is { IsEmpty: false } circle)
        {
            yield return circle;
            // Without what they need, its steps are in no circle any more.
            foreach (var step in circle) dependencies = dependencies.SetItem(step, []);
        }
    }

    private static ImmutableArray<int> FindCircle(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        // Follow dependencies among steps that never become ready: each has one that is not ready either.
        var stuck = Stuck(dependencies);
        if (stuck.Count == 0) return [];
        var path = new List<int>();
        var current = stuck.Min;
        while (!path.Contains(current))
        {
            path.Add(current);
            current = dependencies[current].First(stuck.Contains);
        }
        return [.. path.Skip(path.IndexOf(current))];
    }

    private static SortedSet<int> Stuck(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        var stuck = new SortedSet<int>(Enumerable.Range(0, dependencies.Length));
        while (stuck.RemoveWhere(step => !dependencies[step].Any(stuck.Contains)) > 0) { }
        return stuck;
    }

    private static List<int>[] Dependents(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        var dependents = new List<int>[dependencies.Length];
        for (var i = 0; i < dependents.Length; i++) dependents[i] = [];
        for (var i = 0; i < dependencies.Length; i++)
            foreach (var dependency in dependencies[i])
                dependents[dependency].Add(i);
        return dependents;
    }
}
