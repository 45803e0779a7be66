using System.Globalization;
using System.Text.Json;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Kernel.Policies;

namespace Aos.Tests.Policies;

/// <summary>Judges a call by the text of <c>docs/policies.md</c>, without anything of the product but its records: sets
/// of sentences that are true of the call, from the policy down, with nothing compiled, ordered or shared.</summary>
internal static class ReferenceJudge
{
    /// <summary>The verdict, and every rule that applies as <c>policy/rule</c>.</summary>
    public static (string Verdict, SortedSet<string> Rules) Judge(
        IReadOnlyList<Policy> policies, PolicyCall call, IReadOnlyDictionary<string, RuleUse> used,
        IReadOnlyList<PinnedZone> zones)
    {
        var applying =
            (from policy in policies
             from rule in policy.Rules
             where Applies(rule, call, zones)
             select (policy, rule)).ToList();
        var spent = applying.Where(
            one => one.rule.Limit is { } limit && IsSpent(limit, call, UseOf(used, one.policy, one.rule))).ToList();
        var denying = applying.Where(one => one.rule.Verdict == RuleVerdict.Deny).Concat(spent).ToList();
        var unpermitted = policies.Where(policy => policy.Default == PolicyDefault.Deny
            && !applying.Any(one => ReferenceEquals(one.policy, policy) && one.rule.Verdict != RuleVerdict.Deny))
                .ToList();
        var names = new SortedSet<string>(applying.Select(one => $"{one.policy.Name}/{one.rule.Id}")
            .Concat(unpermitted.Select(policy => $"{policy.Name}/default")), StringComparer.Ordinal);
        return (denying.Count + unpermitted.Count > 0 ? "deny"
            : applying.Exists(one => one.rule.Verdict == RuleVerdict.RequireApproval) ? "ask" : "allow", names);
    }

    private static RuleUse UseOf(IReadOnlyDictionary<string, RuleUse> used, Policy policy, PolicyRule rule) =>
        used.TryGetValue($"{policy.Name}@{policy.Version}/{rule.Id}", out var use) ? use : default;

    private static bool IsSpent(PolicyLimit limit, PolicyCall call, RuleUse use) =>
        use.Calls >= (limit.MaxCalls ?? int.MaxValue)
        || (limit.MaxCost is { } most && (Int128)use.Cost.NanoUsd + call.Worst!.Value.NanoUsd > most.NanoUsd);

    private static bool Applies(PolicyRule rule, PolicyCall call, IReadOnlyList<PinnedZone> zones) =>
        (rule.Match is null || Fits(rule.Match, call, zones))
            && (rule.Unless is null || !Fits(rule.Unless, call, zones));

    private static bool Fits(PolicyMatch match, PolicyCall call, IReadOnlyList<PinnedZone> zones)
    {
        var changes = call.Effect is EffectClass.Once or EffectClass.Idempotent or EffectClass.Transactional;
        var url = Text(call.Input.Element, "url") is { } text && Uri.TryCreate(text, UriKind.Absolute, out var parsed)
            && parsed.Host.Length > 0 ? parsed : null;
        bool[] sentences =
        [
            match.Skills.Count == 0
                || match.Skills.Any(skill => skill.Name == call.Skill && skill.Range.Contains(call.Version)),
            match.Effects.Count == 0 || match.Effects.Contains(call.Effect!.Value),
            match.Agents.Count == 0 || match.Agents.Any(pattern => Like(pattern, call.AgentId)),
            match.Tenants.Count == 0 || match.Tenants.Any(pattern => Like(pattern, call.Tenant)),
            match.CostAbove is null || call.Worst!.Value.NanoUsd > match.CostAbove.Value.NanoUsd,
            match.SideEffects.Count == 0
                || (changes && match.SideEffects.Intersect(call.SideEffects, StringComparer.Ordinal).Any()),
            match.Tainted is null || match.Tainted == call.Tainted,
            match.Hosts.Count == 0 || (url is not null && match.Hosts.Any(host => IsHost(host, url))),
            match.Paths.Count == 0 || (url is not null && match.Paths.Any(pattern => Like(pattern, PathOf(url)))),
            match.Methods.Count == 0 || (url is not null && match.Methods.Any(method =>
                string.Equals(
                    method, Text(call.Input.Element, "method") ?? "GET", StringComparison.OrdinalIgnoreCase))),
            match.Times.Count == 0 || match.Times.Any(window => IsIn(window, call.At!.Value, zones)),
            match.Input.All(condition => Holds(condition, call.Input.Element)),
        ];
        return Array.TrueForAll(sentences, sentence => sentence);
    }

    // The parts between slashes of either kind, with those of no length left out, resolved by the framework.
    private static string PathOf(Uri url)
    {
        var parts = Uri.UnescapeDataString(url.AbsolutePath).Replace('\\', '/').Split('/')
            .Select(Uri.EscapeDataString).ToList();
        var ending = parts[^1].Length == 0 ? "/" : "";
        return Uri.UnescapeDataString(
            new Uri($"http://x/{string.Join('/', parts.Where(part => part.Length > 0))}{ending}").AbsolutePath)
                .Replace("//", "/");
    }

    // The generator writes names, '*.name', '*' and 'localhost', all lower case and with a port or without.
    private static bool IsHost(string entry, Uri url)
    {
        var parts = entry.Split(':');
        if (parts.Length == 2 && parts[1] != url.Port.ToString(CultureInfo.InvariantCulture)) return false;
        return parts[0] == "*" || parts[0] == url.Host || (parts[0].StartsWith("*.", StringComparison.Ordinal)
            && url.Host.EndsWith(parts[0][1..], StringComparison.Ordinal));
    }

    private static bool IsIn(TimeWindow window, DateTimeOffset at, IReadOnlyList<PinnedZone> zones)
    {
        var offset = window.Zone is null ? 0 : zones.Single(zone => zone.Zone == window.Zone).Offsets
            .Where((offset, index) => index == 0 || offset.From <= at).Last().Minutes;
        var local = at.ToOffset(TimeSpan.Zero).DateTime.AddMinutes(offset);
        var (from, to) = (window.From ?? "00:00", window.To ?? "24:00");
        var now = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        // Times as HH:MM stand in the order of their texts.
        var isLater = string.CompareOrdinal(now, from) >= 0;
        var isEarlier = string.CompareOrdinal(now, to) < 0;
        if (string.CompareOrdinal(from, to) < 0) return isLater && isEarlier && IsDay(local);
        return (isLater && IsDay(local)) || (isEarlier && IsDay(local.AddDays(-1)));

        bool IsDay(DateTime day) => window.Days.Count == 0
            || window.Days.Any(wanted => wanted.ToString() == day.ToString("ddd", CultureInfo.InvariantCulture));
    }

    private static bool Holds(InputCondition condition, JsonElement input)
    {
        JsonElement? found = input;
        foreach (var name in condition.Path.Split('/').Skip(1))
            found = found is { ValueKind: JsonValueKind.Object } members
                && members.TryGetProperty(name, out var member) ? member
                : found is { ValueKind: JsonValueKind.Array } list && int.TryParse(name, out var index)
                    && index < list.GetArrayLength() ? list[index]
                : null;
        if (condition.Present is { } present && present != found is not null) return false;
        var tests = new List<Func<JsonElement, bool>>();
        if (condition.AnyOf.Count > 0)
            tests.Add(value => condition.AnyOf.Any(wanted => wanted.Element.GetRawText() == value.GetRawText()));
        if (condition.Like.Count > 0)
            tests.Add(
                value => value.ValueKind == JsonValueKind.String
                    && condition.Like.Any(pattern => Like(pattern, value.GetString()!)));
        if (condition.AtLeast is { } least)
            tests.Add(value => value.ValueKind == JsonValueKind.Number && value.GetDouble() >= least);
        if (condition.AtMost is { } most)
            tests.Add(value => value.ValueKind == JsonValueKind.Number && value.GetDouble() <= most);
        if (tests.Count == 0) return true;
        if (found is not { } there) return false;
        if (there.ValueKind != JsonValueKind.Array) return tests.TrueForAll(test => test(there));
        var items = there.EnumerateArray().ToList();
        return condition.Every == true
            ? items.Count > 0 && items.TrueForAll(item => tests.TrueForAll(test => test(item)))
            : items.Exists(item => tests.TrueForAll(test => test(item)));
    }

    private static string? Text(JsonElement input, string member) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    // By what a star can swallow, from nothing to everything.
    private static bool Like(string pattern, string text) =>
        pattern.Length == 0 ? text.Length == 0
        : pattern[0] == '*' ? Enumerable.Range(0, text.Length + 1).Any(taken => Like(pattern[1..], text[taken..]))
        : text.Length > 0 && text[0] == pattern[0] && Like(pattern[1..], text[1..]);
}
