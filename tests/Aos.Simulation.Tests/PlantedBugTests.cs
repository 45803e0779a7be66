namespace Aos.Simulation.Tests;

/// <summary>A simulation that never fails proves nothing: each bug that is planted must be found.</summary>
public sealed class PlantedBugTests
{
    private const ulong SeedsMax = 3_000;

    public static TheoryData<string> Plants() => [.. Simulated.PlantNames()];

    [Theory]
    [MemberData(nameof(Plants))]
    public void A_planted_bug_is_found(string plant) => Assert.NotNull(Simulated.FindFailure(1, SeedsMax, plant));

    [Fact]
    public void A_failing_seed_is_explained_by_a_small_scenario_its_history_and_how_to_run_it_again()
    {
        var seed = Simulated.FindFailure(1, SeedsMax, "RetriedUnknown")!.Value;
        var explanation = Simulated.Explain(seed, "RetriedUnknown", true);

        Assert.StartsWith($"Seed {seed} breaks a promise:", explanation, StringComparison.Ordinal);
        Assert.Contains("is made once, and attempt 2 started", explanation, StringComparison.Ordinal);
        Assert.Contains(
            $"Reproduce: dotnet run --project tests/Aos.Simulation.Tests -- --seed {seed} --plant RetriedUnknown",
            explanation,
            StringComparison.Ordinal);
        Assert.Contains("journal: own_", explanation, StringComparison.Ordinal);
        // One step of one run is enough for this bug.
        Assert.Single(explanation.Split('\n'), line => line.StartsWith("run_", StringComparison.Ordinal));
        Assert.Single(explanation.Split('\n'), line => line.StartsWith("  {\"id\":", StringComparison.Ordinal));
    }
}
