using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Policies;

/// <summary>Calls of a run as policies see them.</summary>
public static class PolicyCalls
{
    /// <summary>A call that a run is about to make.</summary>
    /// <param name="state">The run.</param>
    /// <param name="skill">The skill.</param>
    /// <param name="input">The input.</param>
    /// <param name="at">When it starts.</param>
    /// <param name="known">In a simulation, the input in which what is not known is null; null where all is known.</param>
    public static PolicyCall Of(RunState state, SkillPin skill, Payload input, DateTimeOffset at, Payload? known = null) => new()
    {
        Skill = skill.Name,
        Version = skill.Version,
        Input = known ?? input,
        HasUnknown = known is not null,
        Effect = known is not null && skill.Effect is { Cases.IsEmpty: false } rule
            ? EffectRules.TryClassOf(rule, known)
            : EffectRules.ClassOf(skill.Effect, input),
        Worst = skill.Cost?.Worst ?? Money.Zero,
        SideEffects = skill.SideEffects,
        AgentId = state.Contract.AgentId,
        Tenant = state.Contract.Tenant,
        At = at,
        Tainted = false,
    };

    /// <summary>The skill that a call of a run is of: its step's own, or its fallback's. Null where the call waits.</summary>
    public static SkillPin? SkillOf(RunState state, CallKey key)
    {
        if (state.Step(key.Step) is not { } step) return null;
        var isFallback = step.Calls.Length > (key.Item ?? 0) && step.Calls[key.Item ?? 0].IsFallback;
        return (isFallback ? step.Program.Fallback : step.Program.Main)?.Skill;
    }
}
