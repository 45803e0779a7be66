using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Policies;

/// <summary>Judges the calls of a recorded run once more, with a candidate in place of the policy of its
/// name.</summary>
internal sealed class WhatIf(Policy candidate, DateTimeOffset now)
{
    private readonly List<VerdictChange> _changes = [];
    private int _calls;

    /// <summary>The calls whose verdict differs.</summary>
    public IReadOnlyList<VerdictChange> Changes => _changes;

    /// <summary>How many calls were judged.</summary>
    public int Calls => _calls;

    /// <summary>Reads a run from its beginning.</summary>
    /// <param name="empty">The state before its first event.</param>
    /// <param name="events">Its events.</param>
    public void Read(RunState empty, IReadOnlyList<RunEvent> events)
    {
        var state = empty;
        var used = new Dictionary<string, RuleUse>(StringComparer.Ordinal);
        var open = new Dictionary<(StepId, int?, int), (ValueList<AppliedRule> Rules, Money Reserved)>();
        PolicySet? set = null;
        foreach (var e in events)
        {
            switch (e)
            {
                case RunEvent.AttemptStarted started:
                    var key = new CallKey(started.StepId, started.Item);
                    var input = started.Input ?? InputOf(state, key);
                    var judged = Judge(state, key, started.Attempt, input, e.At, set ??= WithCandidate(state), used);
                    if (judged.IsDenied) break; // It would not have been made, and so have used nothing.
                    Use(used, judged.Applied, 1, started.Reserved);
                    open[(started.StepId, started.Item, started.Attempt)] = (judged.Applied, started.Reserved);
                    break;
                case RunEvent.AttemptReturned returned
                    when open.Remove((returned.StepId, returned.Item, returned.Attempt), out var attempt):
                    Use(used, attempt.Rules, 0, returned.Cost - attempt.Reserved);
                    break;
                case RunEvent.PolicyDenied denied:
                    Judge(state, new CallKey(denied.StepId, denied.Item), 0, denied.Input, e.At,
                        set ??= WithCandidate(state), used);
                    break;
                case RunEvent.PolicyTightened or RunEvent.RunForked: set = null; break;
                default: break;
            }
            state = state.FoldOn([e]);
        }
    }

    private PolicyJudgement Judge(
        RunState state, CallKey key, int attempt, Payload input, DateTimeOffset at, PolicySet set,
        Dictionary<string, RuleUse> used)
    {
        _calls++;
        var skill = PolicyCalls.SkillOf(state, key)!;
        var call = PolicyCalls.Of(state, key, skill, input, at);
        var before = state.Policies?.Judge(call, state.Used) ?? PolicyJudgement.Nothing;
        var then = set.Judge(call, used);
        if (VerdictOf(before) != VerdictOf(then))
            _changes.Add(new VerdictChange
            {
                RunId = state.Submitted!.RunId,
                StepId = key.Step,
                Item = key.Item,
                Attempt = attempt == 0 ? null : attempt,
                Skill = $"{skill.Name}@{skill.Version}",
                At = at,
                Was = VerdictOf(before),
                Would = VerdictOf(then),
                Rules = then.Applied.IsEmpty ? before.Applied : then.Applied,
            });
        return then;
    }

    // The candidate takes the place of the policy of its name; where there is none, it comes on top.
    private PolicySet WithCandidate(RunState state)
    {
        var policies = ValueList.From(
            (state.Policies?.Policies ?? []).Where(policy => policy.Name != candidate.Name).Append(candidate));
        return PolicySet.Compile(policies, ZoneOffsets.Pin(policies, state.Submitted?.At ?? now))!;
    }

    private static Payload InputOf(RunState state, CallKey key)
    {
        var calls = state.Step(key.Step)!.Calls;
        return (calls.Length > (key.Item ?? 0) ? calls[key.Item ?? 0].Input : null) ?? Payload.Empty;
    }

    private static CaseVerdict VerdictOf(PolicyJudgement judged) =>
        judged.IsDenied ? CaseVerdict.Deny : judged.Approvals.IsEmpty ? CaseVerdict.Allow : CaseVerdict.RequireApproval;

    private static void Use(Dictionary<string, RuleUse> used, ValueList<AppliedRule> rules, int calls, Money cost)
    {
        foreach (var rule in rules)
            if (rule.Verdict == RuleVerdict.Limit)
            {
                var key = $"{rule.Policy}@{rule.Version}/{rule.Rule}";
                var before = used.GetValueOrDefault(key);
                used[key] = new RuleUse(before.Calls + calls, before.Cost + cost);
            }
    }
}
