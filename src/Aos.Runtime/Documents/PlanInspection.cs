using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Runtime.Documents;

/// <summary>Everything for which a plan is refused before it runs: its own mistakes, and what the agent may not
/// do.</summary>
internal static class PlanInspection
{
    /// <summary>Checks a plan.</summary>
    public static PlanCheck Check(Plan plan, ISkillLookup skills, ResourceContract contract)
    {
        if (StrictPayload.Check(plan) is { Count: > 0 } unreadable) return new PlanCheck(null, [.. unreadable]);
        var check = PlanValidator.Validate(plan, skills, contract);
        var gaps = FindGaps(
            plan, contract, reference => skills.Resolve(reference) is { } skill ? (skill.Name, skill.Version) : null);
        return gaps.Count == 0 ? check : new PlanCheck(null, [.. check.Problems, .. gaps]);
    }

    /// <summary>What all of these problems are, where the agent may not do any of it; null where there are
    /// others.</summary>
    public static ErrorCode? GapCode(IReadOnlyList<Problem> problems) =>
        problems.Any(
            problem => problem.Code != ErrorCodes.SkillNotAllowed && problem.Code != ErrorCodes.SecretNotAllowed) ? null
        : problems.All(problem => problem.Code == problems[0].Code) ? problems[0].Code
        : ErrorCodes.PermissionDenied;

    /// <summary>The skills and secrets of a plan that its contract does not allow.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="resolve">The version that a reference stands for; null for none.</param>
    public static List<Problem> FindGaps(
        Plan plan, ResourceContract contract, Func<SkillRef, (SkillName, SkillVersion)?> resolve)
    {
        var gaps = new List<Problem>();
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            if (step.Skill is { } skill) Check(i, "", skill, step.Input);
            else CheckSecrets(i, "", step.Input);
            if (step.OnFailure is OnFailure.Fallback { Call: var call })
                Check(i, "/on_failure/fallback", call.Skill, call.Input);
        }
        return gaps;

        void Check(int step, string part, SkillRef reference, Payload? input)
        {
            if (reference.Name.Value is not null && resolve(reference) is var (name, version)
                && !Permissions.Allow(contract, name, version))
            {
                gaps.Add(new Problem($"/steps/{step}{part}/skill", ErrorCodes.SkillNotAllowed,
                    Permissions.Gap(contract, name, version)));
            }
            CheckSecrets(step, part, input);
        }

        void CheckSecrets(int step, string part, Payload? input)
        {
            foreach (var gap in SecretRules.FindGaps(contract, input))
                gaps.Add(gap with { Pointer = $"/steps/{step}{part}/input{gap.Pointer}" });
        }
    }
}
