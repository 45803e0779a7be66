using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Runtime.Policies;

/// <summary>What policies deny of a plan before it runs: calls that are denied whatever the run brings.</summary>
internal static class PlanPolicies
{
    private static readonly Dictionary<string, RuleUse> NothingUsed = new(StringComparer.Ordinal);

    /// <summary>Each call that is denied for sure, by its place.</summary>
    public static List<Problem> FindDenials(PinnedPlan pinned, ResourceContract contract, PolicySet? policies)
    {
        var denials = new List<Problem>();
        if (policies is null) return denials;
        for (var i = 0; i < pinned.Plan.Steps.Count; i++)
        {
            var step = pinned.Plan.Steps[i];
            if (step.Skill is { } skill) Check(skill, step.Input, $"/steps/{i}");
            if (step.OnFailure is OnFailure.Fallback { Call: var call })
                Check(call.Skill, call.Input ?? step.Input, $"/steps/{i}/on_failure/fallback");
        }
        return denials;

        void Check(SkillRef reference, Payload? input, string pointer)
        {
            var pin = pinned.Skills.First(pin => reference.Accepts(pin.Name, pin.Version));
            if (policies.Judge(CallOf(pin, Template.Compile(input), contract), NothingUsed) is { Denial: { } why })
                denials.Add(new Problem(pointer, ErrorCodes.PolicyDenied, why));
        }
    }

    private static PolicyCall CallOf(SkillPin pin, Template input, ResourceContract contract)
    {
        var hasUnknown = input.Literal is null;
        return new PolicyCall
        {
            Skill = pin.Name,
            Version = pin.Version,
            Input = input.Known,
            HasUnknown = hasUnknown,
            Effect = hasUnknown && pin.Effect is { Cases.IsEmpty: false } rule
                ? EffectRules.TryClassOf(rule, input.Known) : EffectRules.ClassOf(pin.Effect, input.Known),
            Worst = pin.Cost?.Quoted == true ? null : pin.Cost?.Worst ?? Money.Zero,
            SideEffects = pin.SideEffects,
            AgentId = contract.AgentId,
            Tenant = contract.Tenant,
        };
    }
}
