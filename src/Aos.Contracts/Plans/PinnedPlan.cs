using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Plans;

/// <summary>A valid plan whose skills are pinned to exact versions: what a run executes. Stored by its
/// content.</summary>
public sealed record PinnedPlan
{
    /// <summary>The plan; every skill reference in it is an exact version.</summary>
    public required Plan Plan { get; init; }

    /// <summary>What the kernel must know of each skill that the plan calls, ordered by name and version.</summary>
    public ValueList<SkillPin> Skills { get; init; }
}

/// <summary>The part of a skill's contract that decides how its calls are run.</summary>
public sealed record SkillPin
{
    /// <summary>The skill.</summary>
    public required SkillName Name { get; init; }

    /// <summary>The exact version.</summary>
    public required SkillVersion Version { get; init; }

    /// <summary>The digest of the whole contract, canonical JSON.</summary>
    public required Digest Contract { get; init; }

    /// <summary>The effect class of its calls.</summary>
    public EffectRule? Effect { get; init; }

    /// <summary>What a call costs.</summary>
    public CostModel? Cost { get; init; }

    /// <summary>How long a call takes.</summary>
    public LatencyModel? Latency { get; init; }

    /// <summary>Milliseconds for one attempt.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>Kinds of change in the world that the skill declares.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<string> SideEffects { get; init; }
}
