using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Runtime.Policies;

/// <summary>The rules of a policy that its schema does not say.</summary>
internal static class PolicyRules
{
    /// <summary>Every mistake, by its place.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="at">Where it stands in its document; empty for a document of its own.</param>
    public static List<Problem> Check(Policy policy, string at = "")
    {
        var problems = new List<Problem>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var (rule, place) = (policy.Rules[i], $"{at}/rules/{i}");
            if (!ids.Add(rule.Id))
                Add($"{place}/id", $"The policy has two rules '{rule.Id}'; decisions could not tell them apart.");
            else if (rule.Id == "default")
                Add($"{place}/id",
                    "'default' names what holds where no rule permits a call; give the rule another name.");
            CheckVerdict(rule, place, Add);
            if (rule.Match is { } match) Check(match, $"{place}/match", Add);
            if (rule.Unless is { } unless) Check(unless, $"{place}/unless", Add);
        }
        if (policy.Rules.IsEmpty && policy.Default is not PolicyDefault.Deny)
            Add($"{at}/rules", "The policy has no rules and allows by default, so it says nothing.");
        problems.AddRange(Check(policy.Cases, policy, at));
        return problems;

        void Add(string pointer, string message) =>
            problems.Add(new Problem(pointer, ErrorCodes.InvalidPolicy, message));
    }

    /// <summary>The mistakes of cases.</summary>
    public static List<Problem> Check(ValueList<PolicyCase> cases, Policy? policy = null, string at = "")
    {
        var problems = new List<Problem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < cases.Count; i++)
        {
            if (!names.Add(cases[i].Name))
                problems.Add(
                    new Problem(
                        $"{at}/cases/{i}/name", ErrorCodes.InvalidPolicy, $"Two cases are named '{cases[i].Name}'."));
            if (policy is not null && cases[i].Rule is { } rule && rule != "default"
                && policy.Rules.All(known => known.Id != rule))
                problems.Add(new Problem($"{at}/cases/{i}/rule", ErrorCodes.InvalidPolicy,
                    $"The policy has no rule '{rule}'; it "
                        + $"has {string.Join(", ", policy.Rules.Select(known => known.Id))}."));
        }
        return problems;
    }

    private static void CheckVerdict(PolicyRule rule, string place, Action<string, string> add)
    {
        if (rule.Approval is not null && rule.Verdict != RuleVerdict.RequireApproval)
            add($"{place}/approval", "Only a rule with verdict 'require_approval' says who approves.");
        if (rule.Limit is not null && rule.Verdict != RuleVerdict.Limit)
            add($"{place}/limit", "Only a rule with verdict 'limit' has a limit.");
        if (rule.Verdict == RuleVerdict.Limit && rule.Limit is not ({ MaxCalls: not null } or { MaxCost: not null }))
            add($"{place}/limit", "A rule with verdict 'limit' says how much: max_calls, max_cost_cents, or both.");
        if (rule.Verdict == RuleVerdict.RequireApproval && rule.Approval is { } spec)
        {
            if (spec.Role is { } role && string.IsNullOrWhiteSpace(role))
                add($"{place}/approval/role", "A role has a name.");
            if (spec.Escalate is { } escalate && escalate.AfterMs >= (spec.ExpiresInMs ?? long.MaxValue))
                add($"{place}/approval/escalate/after_ms", "The request expires before it would be escalated.");
        }
    }

    private static void Check(PolicyMatch match, string place, Action<string, string> add)
    {
        for (var i = 0; i < match.Hosts.Count; i++)
            if (!NetworkEntry.TryParse(match.Hosts[i], out _))
                add($"{place}/hosts/{i}", $"'{match.Hosts[i]}' is not {NetworkEntry.Rule}.");
        for (var i = 0; i < match.Paths.Count; i++)
            if (match.Paths[i].Length == 0 || match.Paths[i][0] is not ('/' or '*'))
                add($"{place}/paths/{i}", $"'{match.Paths[i]}' fits no path: one begins with '/', or with '*'.");
        for (var i = 0; i < match.Times.Count; i++) Check(match.Times[i], $"{place}/times/{i}", add);
        for (var i = 0; i < match.Input.Count; i++) Check(match.Input[i], $"{place}/input/{i}", add);
    }

    private static void Check(TimeWindow window, string place, Action<string, string> add)
    {
        var from = window.From is { } start ? ClockTime.TryMinute(start) : 0;
        var to = window.To is { } end ? ClockTime.TryMinute(end) : ClockTime.MinutesOfDay;
        if (from is null or ClockTime.MinutesOfDay)
            add($"{place}/from", $"'{window.From}' is not a time of the day from 00:00 to 23:59.");
        if (to is null or 0)
            add($"{place}/to", $"'{window.To}' is not a time of the day from 00:01 to 24:00.");
        else if (from is not null and not ClockTime.MinutesOfDay && from == to)
            add(place, "The window begins and ends at the same time; leave both out for the whole day.");
        if (window.Zone is { } zone && !ZoneOffsets.Knows(zone))
            add($"{place}/zone",
                $"There is no time zone '{zone}' on this machine; give a name of the IANA database such as "
                    + "'Europe/Berlin'.");
    }

    private static void Check(InputCondition condition, string place, Action<string, string> add)
    {
        if (!JsonPointer.TryParse(condition.Path, out _))
            add($"{place}/path", $"'{condition.Path}' is no JSON pointer, such as '/body/amount'.");
        var tests = !condition.AnyOf.IsEmpty || !condition.Like.IsEmpty || condition.AtLeast is not null
            || condition.AtMost is not null;
        if (!tests && condition.Present is null)
            add(place, "The condition says nothing of the value: give any_of, like, at_least, at_most or present.");
        if (tests && condition.Present == false)
            add($"{place}/present", "What must not be there has no value to be compared.");
        if (condition.AtLeast > condition.AtMost) add($"{place}/at_least", "It is above at_most, so no number fits.");
    }
}
