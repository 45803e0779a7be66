using Aos.Abstractions.Skills;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Runtime.Policies;

/// <summary>Tries a policy on the cases that are written for it.</summary>
public static class PolicyTrial
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 7, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What became of each case.</summary>
    /// <param name="policy">A policy that was checked.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="skills">The skills, whose contracts say what a case does not.</param>
    public static ValueList<CaseResult> Run(Policy policy, IEnumerable<PolicyCase> cases, ISkillRegistry skills) =>
        ValueList.From(cases.Select(one => Run(policy, one, skills)));

    private static CaseResult Run(Policy policy, PolicyCase one, ISkillRegistry skills)
    {
        var call = CallOf(one.Call, skills);
        var set = PolicySet.Compile([policy], ZoneOffsets.Pin([policy], call.At!.Value))!;
        var use = new RuleUse(one.Call.CallsBefore ?? 0, one.Call.CostBefore ?? Money.Zero);
        var used = policy.Rules.Where(rule => rule.Limit is not null)
            .ToDictionary(rule => $"{policy.Name}@{policy.Version}/{rule.Id}", _ => use, StringComparer.Ordinal);
        var judged = set.Judge(call, used);
        var verdict = judged.IsDenied ? CaseVerdict.Deny : judged.Approvals.IsEmpty
            ? CaseVerdict.Allow : CaseVerdict.RequireApproval;
        var deciding = Deciding(judged, verdict);
        var passed = verdict == one.Expect && (one.Rule is null || deciding.Contains(one.Rule, StringComparer.Ordinal));
        return new CaseResult
        {
            Name = one.Name,
            Passed = passed,
            Expected = one.Expect,
            Found = verdict,
            Rule = one.Rule,
            Rules = ValueList.From(judged.Applied.Select(rule => rule.Rule)),
            Message = judged.Denial,
        };
    }

    private static List<string> Deciding(PolicyJudgement judged, CaseVerdict verdict) => verdict switch
    {
        CaseVerdict.RequireApproval => [.. judged.Approvals.Select(approval => approval.Rule.Rule)],
        CaseVerdict.Deny =>
            [.. judged.Applied.Where(rule => rule.Verdict is RuleVerdict.Deny or RuleVerdict.Limit)
                .Select(rule => rule.Rule)],
        _ => [.. judged.Applied.Select(rule => rule.Rule)],
    };

    private static PolicyCall CallOf(CaseCall call, ISkillRegistry skills)
    {
        var input = call.Input ?? Payload.Empty;
        var contract = skills.TryResolve(call.Skill, out var skill) ? skill.Contract : null;
        return new PolicyCall
        {
            Skill = call.Skill.Name,
            Version = contract?.Version ?? VersionOf(call.Skill),
            Input = input,
            Effect = call.Effect ?? (contract is null ? EffectClass.Once : EffectRules.ClassOf(contract.Effect, input)),
            Worst = call.Worst ?? (contract?.Cost?.Quoted == true ? null : contract?.Cost?.Worst ?? Money.Zero),
            SideEffects = call.SideEffects.IsEmpty && contract is not null
                ? ValueList.From(contract.SideEffects.Select(effect => effect.Type)) : call.SideEffects,
            AgentId = call.Agent ?? "default",
            Tenant = call.Tenant ?? "local",
            At = call.At ?? Noon,
            Tainted = call.Tainted ?? false,
        };
    }

    // A skill that is not registered here: the least version that the reference can mean.
    private static SkillVersion VersionOf(SkillRef reference)
    {
        foreach (var text in
                (string[])[reference.Range.Value, $"{reference.Range.Value}.0", $"{reference.Range.Value}.0.0"])
            if (SkillVersion.TryParse(text.TrimStart('^', '~', '='), out var version)) return version;
        return new SkillVersion(1, 0, 0);
    }
}
