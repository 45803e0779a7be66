using System.Collections.Immutable;
using Aos.Simulation.Tests.Plants;
using Aos.Simulation.Tests.World;

namespace Aos.Simulation.Tests;

/// <summary>What the tests ask of the simulation, in plain values: it lives among assemblies that were loaded
/// anew.</summary>
internal static class Engine
{
    /// <summary>The planted bugs by name.</summary>
    private static readonly ImmutableSortedDictionary<string, Func<Plant>> Plants =
        new (string Name, Func<Plant> Make)[]
    {
        (nameof(BackoffByChance), () => new BackoffByChance()),
        (nameof(DoubleOutcome), () => new DoubleOutcome()),
        (nameof(DroppedOwnerCheck), () => new DroppedOwnerCheck()),
        (nameof(EagerInbox), () => new EagerInbox()),
        (nameof(ForgottenCharge), () => new ForgottenCharge()),
        (nameof(ForgottenInFlight), () => new ForgottenInFlight()),
        (nameof(ForgottenReservation), () => new ForgottenReservation()),
        (nameof(KeyWithAttempt), () => new KeyWithAttempt()),
        (nameof(KeyWithoutItem), () => new KeyWithoutItem()),
        (nameof(LostDecision), () => new LostDecision()),
        (nameof(LostTakenForFailed), () => new LostTakenForFailed()),
        (nameof(ChargedAfterwards), () => new ChargedAfterwards()),
        (nameof(HoldNotReleased), () => new HoldNotReleased()),
        (nameof(SettledTwice), () => new SettledTwice()),
        (nameof(CancelledForFree), () => new CancelledForFree()),
        (nameof(LimitIgnored), () => new LimitIgnored()),
        (nameof(RetriedUnknown), () => new RetriedUnknown()),
        (nameof(ReusedApproval), () => new ReusedApproval()),
        (nameof(SequenceGap), () => new SequenceGap()),
        (nameof(SkippedFlush), () => new SkippedFlush()),
        (nameof(SwallowedCommitFailure), () => new SwallowedCommitFailure()),
        (nameof(SwappedInput), () => new SwappedInput()),
        (nameof(TornSlice), () => new TornSlice()),
    }.ToImmutableSortedDictionary(plant => plant.Name, plant => plant.Make, StringComparer.Ordinal);

    /// <summary>The names of the planted bugs.</summary>
    public static string[] PlantNames() => [.. Plants.Keys];

    /// <summary>Runs a seed; empty where every promise was kept, otherwise which one was not.</summary>
    public static string Check(ulong seed, string plant) => new World.Simulation(SpecOf(seed, plant)).Run() ?? "";

    /// <summary>Runs a seed and gives everything that happened.</summary>
    public static string History(ulong seed, string plant)
    {
        var simulation = new World.Simulation(SpecOf(seed, plant) with { KeepsHistory = true });
        var violation = simulation.Run();
        return $"{simulation.History}{simulation.Pump.Steps} steps, {violation ?? "every promise kept"}\n";
    }

    /// <summary>Runs a seed that fails, makes its scenario as small as it can, and says how it fails.</summary>
    public static string Explain(ulong seed, string plant, bool shrinks)
    {
        var spec = SpecOf(seed, plant);
        var (small, tried) = shrinks ? Shrinker.Shrink(spec) : (spec, 0);
        var simulation = new World.Simulation(small with { KeepsHistory = true });
        var violation = simulation.Run();
        var planted = plant.Length == 0 ? "" : $" --plant {plant}";
        return $"""
            Seed {seed} breaks a promise:
              {violation ?? "(not any more)"}

            Scenario, made smaller in {tried} tries:
            {simulation.Scenario}
            Faults: {string.Join(", ", simulation.Faults.Struck)}

            History (microseconds of virtual time):
            {simulation.History}
            Reproduce: dotnet run --project tests/Aos.Simulation.Tests -- --seed {seed}{planted}

            """;
    }

    /// <summary>The behaviour digests of the runs of a seed whose world answers alike, whatever the order of what
    /// happens at the same time.</summary>
    public static string Behaviour(ulong seed, ulong order)
    {
        var drawn = Scenario.FromSeed(seed);
        var simulation = new World.Simulation(new SimulationSpec
        {
            Seed = seed,
            OrderSeed = order,
            Scenario = drawn with
            {
                IsHostile = false,
                CommitFaults = 0,
                Runs = [.. drawn.Runs.Select(run => run.WithoutRaces())],
            },
        });
        var violation = simulation.Run();
        return violation
            ?? string.Join('\n', simulation.Witness.Runs.OrderBy(run => run.RunId.Value, StringComparer.Ordinal)
            .Select(run => $"{run.RunId} {run.State.Status} {run.State.Ended!.BehaviourDigest}"));
    }

    private static SimulationSpec SpecOf(ulong seed, string plant) =>
        new() { Seed = seed, Plant = plant.Length == 0 ? null : Plants[plant] };
}
