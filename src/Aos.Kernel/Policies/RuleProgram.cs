using System.Collections.Immutable;
using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Json;
using Aos.Contracts.Policies;

namespace Aos.Kernel.Policies;

/// <summary>A rule of a policy, compiled.</summary>
internal sealed class RuleProgram
{
    private readonly MatchProgram _match;
    private readonly MatchProgram? _unless;

    public RuleProgram(Policy policy, PolicyRule rule)
    {
        Rule = rule;
        _match = new MatchProgram(rule.Match ?? new PolicyMatch());
        _unless = rule.Unless is { } unless ? new MatchProgram(unless) : null;
        Applied =
            new AppliedRule { Policy = policy.Name, Version = policy.Version, Rule = rule.Id, Verdict = rule.Verdict };
        Key = KeyOf(Applied);
    }

    public PolicyRule Rule { get; }

    /// <summary>The rule as decisions name it.</summary>
    public AppliedRule Applied { get; }

    /// <summary>Under which a run counts what it has used of a limit.</summary>
    public string Key { get; }

    public static string KeyOf(AppliedRule rule) =>
        string.Create(null, $"{rule.Policy}@{rule.Version}/{rule.Rule}");

    public Certainty Matches(CallView call)
    {
        var matches = _match.Fits(call);
        return matches == Certainty.No || _unless is null
            ? matches : Certain.And(matches, Certain.Not(_unless.Fits(call)));
    }
}

/// <summary>Which calls a rule is about, compiled. What is cheap to look at comes first.</summary>
internal sealed class MatchProgram(PolicyMatch match)
{
    private readonly ImmutableArray<NetworkEntry> _hosts = [.. match.Hosts.Select(Parse)];
    private readonly ImmutableArray<WindowProgram> _windows =
        [.. match.Times.Select(window => new WindowProgram(window))];
    private readonly ImmutableArray<ConditionProgram> _conditions =
        [.. match.Input.Select(one => new ConditionProgram(one))];

    public Certainty Fits(CallView view)
    {
        var call = view.Call;
        if (!match.Skills.IsEmpty && !AcceptsSkill(call)) return Certainty.No;
        if (!match.Agents.IsEmpty && !Glob.IsAnyMatch(match.Agents, call.AgentId)) return Certainty.No;
        if (!match.Tenants.IsEmpty && !Glob.IsAnyMatch(match.Tenants, call.Tenant)) return Certainty.No;
        if (match.CostAbove is { } above && call.Worst is { } worst && worst <= above) return Certainty.No;
        var fits = match.CostAbove is not null && call.Worst is null ? Certainty.Maybe : Certainty.Yes;
        if (!match.Effects.IsEmpty) fits = Certain.And(fits, FitsEffect(call));
        if (!match.SideEffects.IsEmpty) fits = Certain.And(fits, FitsSideEffects(view));
        if (match.Tainted is { } tainted)
            fits = Certain.And(fits, call.Tainted is { } known ? Certain.If(known == tainted) : Certainty.Maybe);
        if (!_windows.IsEmpty) fits = Certain.And(fits, FitsTime(view));
        if (fits > Certainty.No) fits = Certain.And(fits, FitsAddress(view));
        foreach (var condition in _conditions)
        {
            if (fits == Certainty.No) return fits;
            fits = Certain.And(fits, condition.Holds(view));
        }
        return fits;
    }

    private bool AcceptsSkill(PolicyCall call)
    {
        foreach (var reference in match.Skills)
            if (reference.Accepts(call.Skill, call.Version)) return true;
        return false;
    }

    private Certainty FitsEffect(PolicyCall call)
    {
        if (call.Effect is not { } effect) return Certainty.Maybe;
        foreach (var wanted in match.Effects)
            if (wanted == effect) return Certainty.Yes;
        return Certainty.No;
    }

    private Certainty FitsSideEffects(CallView view)
    {
        foreach (var declared in view.Call.SideEffects)
            foreach (var wanted in match.SideEffects)
                if (wanted == declared)
                    return view.ChangesTheWorld is { } changes ? Certain.If(changes) : Certainty.Maybe;
        return Certainty.No;
    }

    private Certainty FitsTime(CallView view)
    {
        if (view.Call.At is not { } at) return Certainty.Maybe;
        foreach (var window in _windows)
            if (window.Contains(view.Clocks, at)) return Certainty.Yes;
        return Certainty.No;
    }

    private Certainty FitsAddress(CallView view)
    {
        if (_hosts.IsEmpty && match.Paths.IsEmpty && match.Methods.IsEmpty) return Certainty.Yes;
        var (isThere, url) = view.Address;
        // Of a call whose address is not known yet, the method may be: that it does not fit is sure then.
        if (url is null) return match.Methods.IsEmpty ? isThere : Certain.And(isThere, FitsMethod(view.Method));
        if (!_hosts.IsEmpty && !CoversHost(view.Host, url.Port)) return Certainty.No;
        if (!match.Paths.IsEmpty && !Glob.IsAnyMatch(match.Paths, view.Path)) return Certainty.No;
        return match.Methods.IsEmpty ? Certainty.Yes : FitsMethod(view.Method);
    }

    private bool CoversHost(string host, int port)
    {
        foreach (var entry in _hosts)
            if (entry.Covers(host, port)) return true;
        return false;
    }

    private Certainty FitsMethod(string? method)
    {
        if (method is null) return Certainty.Maybe;
        foreach (var wanted in match.Methods)
            if (wanted.Equals(method, StringComparison.OrdinalIgnoreCase)) return Certainty.Yes;
        return Certainty.No;
    }

    private static NetworkEntry Parse(string text) => NetworkEntry.TryParse(text, out var entry)
        ? entry
        : throw new InvalidOperationException($"The policy was not checked: '{text}' is no host.");
}

/// <summary>A condition on a part of the input, compiled.</summary>
internal sealed class ConditionProgram
{
    private readonly InputCondition _condition;
    private readonly IReadOnlyList<string> _tokens;
    private readonly bool _tests;

    public ConditionProgram(InputCondition condition)
    {
        if (!JsonPointer.TryParse(condition.Path, out var pointer))
            throw new InvalidOperationException($"The policy was not checked: '{condition.Path}' is no pointer.");
        (_condition, _tokens) = (condition, pointer.Tokens());
        _tests = !condition.AnyOf.IsEmpty || !condition.Like.IsEmpty || condition.AtLeast is not null
            || condition.AtMost is not null;
    }

    public Certainty Holds(CallView view)
    {
        var (isThere, value) = view.Part(_tokens);
        if (isThere == Certainty.Maybe) return Certainty.Maybe;
        if (_condition.Present is { } present && present != (isThere == Certainty.Yes)) return Certainty.No;
        if (isThere == Certainty.No) return Certain.If(!_tests);
        return !_tests ? Certainty.Yes
            : value.ValueKind != JsonValueKind.Array ? Test(value)
            : _condition.Every == true ? Every(view, value) : Any(view, value);
    }

    private Certainty Any(CallView view, JsonElement list)
    {
        var any = Certainty.No;
        foreach (var item in list.EnumerateArray())
        {
            var one = view.IsUnknown(item) ? Certainty.Maybe : Test(item);
            if (one > any) any = one;
        }
        return any;
    }

    private Certainty Every(CallView view, JsonElement list)
    {
        var every = Certain.If(list.GetArrayLength() > 0);
        foreach (var item in list.EnumerateArray())
            every = Certain.And(every, view.IsUnknown(item) ? Certainty.Maybe : Test(item));
        return every;
    }

    private Certainty Test(JsonElement value)
    {
        if (!_condition.AnyOf.IsEmpty && !EqualsAny(value)) return Certainty.No;
        if (!_condition.Like.IsEmpty
            && (value.ValueKind != JsonValueKind.String || !Glob.IsAnyMatch(_condition.Like, value.GetString()!)))
            return Certainty.No;
        if (_condition.AtLeast is null && _condition.AtMost is null) return Certainty.Yes;
        if (value.ValueKind != JsonValueKind.Number) return Certainty.No;
        var number = value.GetDouble();
        return Certain.If(!(number < _condition.AtLeast) && !(number > _condition.AtMost));
    }

    private bool EqualsAny(JsonElement value)
    {
        foreach (var wanted in _condition.AnyOf)
            if (JsonElement.DeepEquals(wanted.Element, value)) return true;
        return false;
    }
}
