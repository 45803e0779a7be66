using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Policies;

/// <summary>Calls of a run as policies see them.</summary>
public static class PolicyCalls
{
    /// <summary>A call that a run is about to make.</summary>
    /// <param name="state">The run.</param>
    /// <param name="key">The call.</param>
    /// <param name="skill">The skill.</param>
    /// <param name="input">The input.</param>
    /// <param name="at">When it starts.</param>
    /// <param name="known">In a simulation, the input in which what is not known is null; null where all is
    /// known.</param>
    public static PolicyCall Of(
        RunState state, CallKey key, SkillPin skill, Payload input, DateTimeOffset at, Payload? known = null) => new()
        {
            Skill = skill.Name,
            Version = skill.Version,
            Input = known ?? input,
            HasUnknown = known is not null,
            Effect = known is not null && skill.Effect is { Cases.IsEmpty: false } rule
            ? EffectRules.TryClassOf(rule, known)
            : EffectRules.ClassOf(skill.Effect, input),
            Worst = WorstOf(state, key, skill),
            SideEffects = skill.SideEffects,
            AgentId = state.Contract.AgentId,
            Tenant = state.Contract.Tenant,
            At = at,
            Tainted = Taint.IsInputTainted(state, key),
            RulesVersion = state.Settings.RulesVersion,
        };

    // A skill that is asked what a call costs has said it of the way that is taken now, or not yet.
    private static Money? WorstOf(RunState state, CallKey key, SkillPin skill) =>
        skill.Cost?.Quoted != true ? skill.Cost?.Worst ?? Money.Zero
        : CallOf(state, key)?.Ways is { Quote: { Ways.IsEmpty: false } quote } ways
        ? quote.Ways[ways.Place].Worst : null;

    private static CallState? CallOf(RunState state, CallKey key) =>
        state.Step(key.Step) is { } step && step.Calls.Length > (key.Item ?? 0) ? step.Calls[key.Item ?? 0] : null;

    /// <summary>The skill that a call of a run is of: its step's own, or its fallback's. Null where the call
    /// waits.</summary>
    public static SkillPin? SkillOf(RunState state, CallKey key)
    {
        if (state.Step(key.Step) is not { } step) return null;
        return (CallOf(state, key)?.IsFallback == true ? step.Program.Fallback : step.Program.Main)?.Skill;
    }
}
