using System.Collections.Immutable;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;

namespace Aos.Kernel.Policies;

/// <summary>What policies say of a call.</summary>
/// <param name="Denial">Why it is not made; null where it may be.</param>
/// <param name="Applied">The rules that had a say; where it is denied, those that deny it come first.</param>
/// <param name="Approvals">Who must approve it first, with the rule that says so.</param>
public sealed record PolicyJudgement(
    string? Denial, ValueList<AppliedRule> Applied, ImmutableArray<RequiredApproval> Approvals)
{
    /// <summary>Whether the call is not made.</summary>
    public bool IsDenied => Denial is not null;

    /// <summary>No rule had anything to say.</summary>
    public static PolicyJudgement Nothing { get; } = new(null, [], []);
}

/// <summary>An approval that a rule asks for.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Spec">Who approves, and how.</param>
public sealed record RequiredApproval(AppliedRule Rule, ApprovalSpec Spec);

/// <summary>The policies that bind a run, compiled: the one place that decides what a call may do by policy. Pure and
/// total; immutable, so safe for any number of threads.</summary>
/// <remarks>Each policy is heard on its own, and the strictest word holds: a denial, then an approval, then leave. So
/// no policy that is added can permit anything, and the order of policies and rules decides nothing.</remarks>
public sealed class PolicySet
{
    private const string DefaultRule = "default";

    private readonly ValueList<Policy> _policies;
    private readonly ValueList<PinnedZone> _zones;
    private readonly ZoneClocks _clocks;
    private readonly ImmutableArray<(Policy Policy, ImmutableArray<RuleProgram> Rules)> _programs;

    private PolicySet(ValueList<Policy> policies, ValueList<PinnedZone> zones)
    {
        (_policies, _zones, _clocks) = (policies, zones, new ZoneClocks(zones));
        _programs = [
            .. policies.Select(
                policy => (policy, policy.Rules.Select(rule => new RuleProgram(policy, rule)).ToImmutableArray()))];
    }

    /// <summary>The policies.</summary>
    public ValueList<Policy> Policies => _policies;

    /// <summary>Compiles policies that were checked; null where there are none.</summary>
    /// <exception cref="InvalidOperationException">One was not checked.</exception>
    public static PolicySet? Compile(ValueList<Policy> policies, ValueList<PinnedZone> zones) =>
        policies.IsEmpty ? null : new PolicySet(policies, zones);

    /// <summary>The set with one more policy.</summary>
    public static PolicySet With(PolicySet? before, Policy policy, ValueList<PinnedZone> zones) => before is null
        ? new PolicySet([policy], zones)
        : new PolicySet(before._policies.Add(policy),
            ValueList.From(before._zones.Concat(zones).DistinctBy(zone => zone.Zone)));

    /// <summary>Whether this very policy is in the set.</summary>
    public bool Holds(Policy policy)
    {
        foreach (var known in _policies)
            if (known == policy) return true;
        return false;
    }

    /// <summary>Judges a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="used">What the run has used of the limits, by the key of the rule.</param>
    public PolicyJudgement Judge(PolicyCall call, IReadOnlyDictionary<string, RuleUse> used)
    {
        var view = new CallView(call, _clocks);
        var hearing = new Hearing(call, used);
        foreach (var (policy, rules) in _programs)
        {
            var permitted = Certain.If(policy.Default is not PolicyDefault.Deny);
            foreach (var rule in rules)
            {
                var matches = rule.Matches(view);
                if (matches == Certainty.No) continue;
                if (rule.Rule.Verdict != RuleVerdict.Deny && matches > permitted) permitted = matches;
                hearing.Hear(rule, matches);
            }
            if (permitted < Certainty.Yes) hearing.Default(policy, permitted);
        }
        return hearing.End();
    }

    /// <summary>One call before the policies.</summary>
    private sealed class Hearing(PolicyCall call, IReadOnlyDictionary<string, RuleUse> used)
    {
        private List<(AppliedRule Rule, string Why)>? _denials;
        private List<AppliedRule>? _others;
        private List<RequiredApproval>? _approvals;

        public void Hear(RuleProgram rule, Certainty matches)
        {
            if (matches == Certainty.Maybe)
            {
                (_others ??= []).Add(rule.Applied with { Uncertain = true });
                return;
            }
            switch (rule.Rule.Verdict)
            {
                case RuleVerdict.Deny: Deny(rule.Applied, $"denies {Skill}{Because(rule.Rule)}"); return;
                case RuleVerdict.Limit when WhyOverLimit(rule) is { } why:
                    Deny(rule.Applied, $"{why}{Because(rule.Rule)}"); return;
                case RuleVerdict.RequireApproval:
                    (_approvals ??= []).Add(new RequiredApproval(rule.Applied, SpecOf(rule.Rule)));
                    break;
                default: break;
            }
            (_others ??= []).Add(rule.Applied);
        }

        public void Default(Policy policy, Certainty permitted)
        {
            var rule = new AppliedRule
            {
                Policy = policy.Name,
                Version = policy.Version,
                Rule = DefaultRule,
                Verdict = RuleVerdict.Deny
            };
            if (permitted == Certainty.No) Deny(rule, $"denies {Skill}: no rule of it permits the call");
            else (_others ??= []).Add(rule with { Uncertain = true });
        }

        public PolicyJudgement End()
        {
            if (_denials is null && _others is null) return PolicyJudgement.Nothing;
            if (_denials is null) return new PolicyJudgement(null, ValueList.From(_others!), [.. _approvals ?? []]);
            return new PolicyJudgement(_denials[0].Why,
                ValueList.From(_denials.Select(denial => denial.Rule).Concat(_others ?? [])), []);
        }

        private string Skill => $"{call.Skill}@{call.Version}";

        private void Deny(AppliedRule rule, string what) => (_denials ??= [])
            .Add((rule, $"Policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}', {what}."));

        // What is in flight counts at its worst, so calls at the same time cannot exceed the limit together.
        private string? WhyOverLimit(RuleProgram rule)
        {
            var use = used.GetValueOrDefault(rule.Key);
            if (rule.Rule.Limit?.MaxCalls is { } calls && use.Calls >= calls)
                return $"allows {calls} such calls a run, and the run has made {use.Calls}";
            // A difference, because a sum with a worst case near the end of the scale would overflow.
            return rule.Rule.Limit?.MaxCost is { } most && call.Worst > most - use.Cost
                ? $"allows {most} for such calls of a run; {use.Cost} are used, and this one may cost {call.Worst}"
                : null;
        }

        private static ApprovalSpec SpecOf(PolicyRule rule)
        {
            var spec = rule.Approval ?? new ApprovalSpec();
            return spec.Reason is null ? spec with { Reason = rule.Reason } : spec;
        }

        private static string Because(PolicyRule rule) => rule.Reason is null ? "" : $": {rule.Reason.TrimEnd('.')}";
    }
}
