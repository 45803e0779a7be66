using System.Text.Json;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Kernel.Policies;

/// <summary>The effect class of a call.</summary>
public static class EffectRules
{
    /// <summary>The class that a skill's rule gives for an input in which what is not known yet is null; null where
    /// what is not known decides.</summary>
    public static EffectClass? TryClassOf(EffectRule rule, Payload known)
    {
        var document = known.Element;
        foreach (var candidate in rule.Cases)
            if (document.ValueKind != JsonValueKind.Object
                || (document.TryGetProperty(candidate.Member, out var member)
                    && member.ValueKind == JsonValueKind.Null)) return null;
        return ClassOf(rule, known);
    }

    /// <summary>The class that a skill's rule gives for an input. No rule: once.</summary>
    public static EffectClass ClassOf(EffectRule? rule, Payload input)
    {
        if (rule is null) return EffectClass.Once;
        if (rule.Cases.IsEmpty) return rule.Default;
        var document = input.Element;
        foreach (var candidate in rule.Cases)
        {
            var found = document.ValueKind == JsonValueKind.Object
                && document.TryGetProperty(candidate.Member, out var member)
                ? member
                : Payload.Null.Element;
            foreach (var value in candidate.Values)
                if (JsonElement.DeepEquals(value.Element, found)) return candidate.Effect;
        }
        return rule.Default;
    }
}
