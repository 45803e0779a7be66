using Aos.Simulation.Tests.Pump;

namespace Aos.Simulation.Tests;

/// <summary>The simulated runtime is the real one, but for where it goes on after it has waited.</summary>
public sealed class PumpedAssemblyTests
{
    private static string Runtime => Path.Combine(AppContext.BaseDirectory, "Aos.Runtime.dll");

    [Fact]
    public void Nothing_but_the_constant_of_each_ConfigureAwait_is_changed()
    {
        var real = File.ReadAllBytes(Runtime);
        var (image, turned) = PumpedAssemblies.Turn(real);

        Assert.Equal(real.Length, image.Length);
        Assert.InRange(turned, 50, 1_000);
        Assert.Equal(turned, real.Zip(image).Count(pair => pair.First != pair.Second));
        Assert.All(
            real.Zip(image).Where(pair => pair.First != pair.Second),
            pair => Assert.Equal(pair.First + 1, pair.Second));
    }

    [Fact]
    public void The_runtime_begins_work_through_its_queue_only() => Assert.Empty(PumpedAssemblies.FindEscapes());

    [Fact]
    public void The_simulation_runs_on_the_changed_runtime()
    {
        var inside = PumpedAssemblies.Find("Aos.Simulation.Tests.World.Node").GetProperty("Runtime")!.PropertyType;

        Assert.Equal("Aos.Runtime.AosRuntime", inside.FullName);
        Assert.NotEqual(typeof(Aos.Runtime.AosRuntime), inside);
        Assert.Empty(inside.Assembly.Location); // Loaded from the changed bytes.
    }
}
