using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Policies;

/// <summary>A call as policies see it. What is not known, before a run or in a simulation, is null.</summary>
public sealed record PolicyCall
{
    /// <summary>The skill.</summary>
    public required SkillName Skill { get; init; }

    /// <summary>Its version.</summary>
    public required SkillVersion Version { get; init; }

    /// <summary>The input.</summary>
    public required Payload Input { get; init; }

    /// <summary>Whether what is null in the input is not known, rather than null.</summary>
    public bool HasUnknown { get; init; }

    /// <summary>The effect class.</summary>
    public EffectClass? Effect { get; init; }

    /// <summary>What it costs at worst.</summary>
    public Money? Worst { get; init; }

    /// <summary>Kinds of change in the world that the skill declares.</summary>
    public ValueList<string> SideEffects { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>When it starts.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Whether its input holds anything that a model or a stranger wrote.</summary>
    public bool? Tainted { get; init; }

    /// <summary>The version of the rules by which it is judged. Default: the newest.</summary>
    public int RulesVersion { get; init; } = RunKernel.RulesVersion;
}

/// <summary>What a run has used of a limit.</summary>
/// <param name="Calls">Attempts.</param>
/// <param name="Cost">What they cost, or may cost while they are in flight.</param>
public readonly record struct RuleUse(int Calls, Money Cost);
