using Aos.Contracts.Skills;

namespace Aos.Benchmarks.Load;

/// <summary>What the steps of a run do, which decides when the run must wait for the disk.</summary>
internal sealed record Mix(string Name, EffectClass Effect)
{
    /// <summary>Chains of pure steps: nothing waits until the run is shown to somebody.</summary>
    public static Mix Pure { get; } = new("pure", EffectClass.Pure);

    /// <summary>Reads that cost nothing.</summary>
    public static Mix Read { get; } = new("read", EffectClass.Read);

    /// <summary>Every step changes the world: its start must be durable before it is made.</summary>
    public static Mix Wait { get; } = new("wait", EffectClass.Once);

    public static IReadOnlyList<Mix> All { get; } = [Pure, Read, Wait];

    public override string ToString() => Name;
}
