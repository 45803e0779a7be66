using Aos.Abstractions.Skills;
using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Budgets;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;
using Aos.Runtime.Budgets;
using Aos.Runtime.Effects;

namespace Aos.Runtime.Simulation;

/// <content>What is foreseen on the way: gaps, denials, limits, and what may come out differently.</content>
internal sealed partial class Simulator
{
    private void Observe(RunState state, RunEvent e)
    {
        Saw?.Invoke(e);
        switch (e)
        {
            case RunEvent.SettlementRequested settlement:
                var call = new CallKey(settlement.StepId, settlement.Item);
                _failures.Add((settlement.StepId, new Problem("", ErrorCodes.OutcomeUnknown,
                    $"Whether {call} took effect would not be known ({settlement.Cause}): the run waits until "
                        + "somebody settles it.")));
                AddOnce(new Risk(settlement.StepId, "OUTCOME_UNKNOWN", _failures[^1].Problem.Message));
                break;
            case RunEvent.StepExpanded { Items.IsUnknown: true } expanded:
                _risks.Add(
                    new Risk(expanded.StepId, "UNKNOWN_LIST", "The list of for_each is not known before the run: one "
                    + $"item is expected, at most {state.Contract.MaxItems} are allowed."));
                break;
            case RunEvent.ApprovalRequested requested:
                _approvals.Add(Describe(requested));
                // People are not estimated: the decision is taken at once, and the wait is listed.
                Come(new RunEvent.ApprovalDecided
                {
                    At = e.At,
                    ApprovalId = requested.ApprovalId,
                    Approved = true,
                    By = $"simulation {requested.ApprovedBy.Count + 1}",
                    Reason = "simulation",
                });
                break;
            case RunEvent.ApprovalDecided decided when state.FindApproval(decided.ApprovalId) is { } key:
                // Others must approve it too.
                Come(decided with
                {
                    By =
                    $"simulation {state.Step(key.Step)!.Calls[key.Item ?? 0].ApprovedBy.Count + 1}"
                });
                break;
            case RunEvent.PolicyDenied denied:
                NoteUnknown(state.Step(denied.StepId)!.Program);
                AddDenial(denied);
                break;
            case RunEvent.AttemptStarted started: Observe(state, started); break;
            case RunEvent.WaitStarted wait: Observe(state, wait); break;
            case RunEvent.PlanAborted aborted:
                _failures.Add((aborted.StepId, new Problem("", aborted.Code, aborted.Message ?? aborted.Code.Value)));
                break;
            case RunEvent.RunStopping stopping:
                if (stopping.StepId is { } stopped)
                    _failures.Add((stopped, new Problem("", stopping.Code, stopping.Message ?? stopping.Code.Value)));
                else NoteLimit(state, step: null, stopping.Code, stopping.Message);
                break;
            case RunEvent.ItemEnded item:
                NoteEnd(state, item.StepId, item.Code);
                NoteLimit(state, item.StepId, item.Code, item.Message);
                break;
            case RunEvent.StepEnded ended when ended.Code == ErrorCodes.SkillNotAllowed:
                AddGap(ended.StepId, ended.Code, ended.Message ?? ended.Code.Value);
                break;
            case RunEvent.StepEnded ended:
                NoteEnd(state, ended.StepId, ended.Code);
                NoteLimit(state, ended.StepId, ended.Code, ended.Message);
                if (_times.TryGetValue(ended.StepId, out var times))
                    _times[ended.StepId] =
                        times with { Latency = (ended.At - first.At).TotalMilliseconds - times.Start };
                break;
            default: break;
        }
    }

    // Also of steps that nothing is expected to come of: the run may come to another end of them.
    private void NoteUnknown(StepProgram program)
    {
        if (program.When is { } when && when.MembersOf("steps").Count > 0)
            AddOnce(new Risk(program.Id, "UNKNOWN_CONDITION",
                $"The condition '{when.Text}' reads results that only the run will have; it is taken as true."));
        if (Delicate(program.Main).Concat(Delicate(program.Fallback))
            .Any(expression => expression.MembersOf("steps").Count > 0))
            AddOnce(new Risk(program.Id, "UNKNOWN_INPUT",
                "The input puts results into text or functions: where the run has null or another type there, the "
                    + "step fails."));
    }

    private static IEnumerable<Expression> Delicate(CallProgram? call) => call?.Input.Delicate ?? [];

    private void NoteEnd(RunState state, StepId step, ErrorCode code)
    {
        if (code != ErrorCodes.ConditionFalse && code != ErrorCodes.RunAborted) NoteUnknown(state.Step(step)!.Program);
    }

    private void NoteLimit(RunState state, StepId? step, ErrorCode code, string? message)
    {
        var isLimit = code == ErrorCodes.Timeout
            || state.Catalog.Match(code)?.Category is FailureCategory.Limit or FailureCategory.Budget;
        if (!isLimit || _limits.Exists(hit => hit.StepId == step && hit.Code == code)) return;
        var said = message
            ?? (step is { } id ? state.Step(id)!.Calls.FirstOrDefault(one => one.Code == code)?.Message : null);
        _limits.Add(
            new LimitHit
            {
                StepId = step,
                Code = code,
                Message = said ?? state.Catalog.Match(code)?.Cause ?? code.Value
            });
    }

    private void Observe(RunState state, RunEvent.AttemptStarted started)
    {
        _times.TryAdd(started.StepId, ((started.At - first.At).TotalMilliseconds, started.PredictedLatencyMs));
        foreach (var rule in started.Rules)
            if (rule.Uncertain == true)
                AddOnce(
                    new Risk(
                        started.StepId, "UNKNOWN_POLICY_MATCH",
                        $"Policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}' "
                    + $"({Snake(rule.Verdict)}) may apply: it looks at what only the run will have."));
        if (started.Effect == EffectClass.Once)
            AddOnce(new Risk(started.StepId, "ONCE_EFFECT",
                $"{started.Skill} cannot be repeated safely: a lost answer leaves its outcome unknown."));
        if (started.PredictedLatencyMs > started.TimeoutMs)
            AddOnce(new Risk(started.StepId, "LIKELY_TIMEOUT",
                $"{started.Skill} usually takes {started.PredictedLatencyMs} ms, but has {started.TimeoutMs} ms."));
        var program = state.Step(started.StepId)!.Program;
        NoteUnknown(program);
        var source = program.Source;
        var planned = started.Fallback == true && source.OnFailure is OnFailure.Fallback { Call.Input: { } own }
            ? own : source.Input;
        foreach (var gap in SecretRules.FindGaps(state.Contract, planned))
            AddGap(started.StepId, gap.Code, gap.Message);
        if (!registry.TryGet(started.Skill, started.SkillVersion, out var skill)) return;
        foreach (var gap in skill.FindGaps(
            CallOf(state, started.Skill, started.Input, started.Effect, started.TimeoutMs)))
            AddGap(started.StepId, gap.Code, gap.Message);
    }

    private static string Describe(RunEvent.ApprovalRequested requested)
    {
        var people = requested.Quorum is { } quorum ? $"{quorum} people of role" : "role";
        var rules = string.Join(
            ", ", requested.Rules.Select(rule => $"policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}'"));
        return $"{new CallKey(requested.StepId, requested.Item)} needs {people} "
            + $"'{requested.Role}'{(rules.Length == 0 ? "" : $" ({rules})")}";
    }

    private void AddDenial(RunEvent.PolicyDenied denied)
    {
        var rule = denied.Rules[0];
        var text = $"Step '{denied.StepId}': policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}', "
            + $"denies {denied.Skill}@{denied.SkillVersion}";
        if (!_denials.Contains(text)) _denials.Add(text);
    }

    private static string Snake(Contracts.Policies.RuleVerdict verdict) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.ToString());

    private void AddGap(StepId step, ErrorCode code, string message)
    {
        var gap = (code, $"Step '{step}': {message}");
        if (_gaps.Contains(gap)) return;
        _gaps.Add(gap);
        _failures.Add((step, new Problem("", code, message)));
    }

    // What every gap is, where they are all of a kind.
    private ErrorCode? GapCode() => _gaps.Count == 0 ? null
        : _gaps.TrueForAll(gap => gap.Code == _gaps[0].Code) ? _gaps[0].Code
        : ErrorCodes.PermissionDenied;

    private void Observe(RunState state, RunEvent.WaitStarted wait)
    {
        var program = state.Step(wait.StepId)!.Program;
        NoteUnknown(program);
        _times.TryAdd(wait.StepId, ((wait.At - first.At).TotalMilliseconds, 0));
        if (program.Wait!.Value.Expressions.Any(expression => expression.MembersOf("steps").Count > 0))
            AddOnce(new Risk(wait.StepId, "UNKNOWN_WAIT",
                "What is waited for is read from results that only the run will have; no time is expected for it."));
        if (wait.Signal is not { } signal) return;
        AddOnce(
            new Risk(
                wait.StepId, "SIGNAL_TIME",
                $"When signal '{signal}' comes is not known: it is expected at once, and at worst "
            + (wait.ForMs is { } ms
                ? $"the step fails with SIGNAL_TIMEOUT after {ms} ms." : "the run waits until its time is over.")));
        Come(new RunEvent.SignalReceived { At = wait.At, Name = signal, Data = Payload.Unknown, By = "simulation" });
    }

    // As if nobody else called: what others book is not foreseen.
    private RunEvent.SlotAnswered Book(RunState state, Effect.BookSlot book)
    {
        var windows = book.Rates.Distinct().Select(rate =>
        {
            if (!_booked.TryGetValue(rate, out var booked)) _booked[rate] = booked = [];
            return (Booked: booked, rate.Calls, SpanUs: rate.PerSeconds * 1_000_000L);
        }).ToList();
        var now = (state.LastAt - first.At).Ticks / TimeSpan.TicksPerMicrosecond;
        var slot = RateRule.FirstSlot(
            [.. windows.Select(one => ((IReadOnlyList<long>)one.Booked, one.Calls, one.SpanUs))], now);
        var at = first.At.AddTicks(slot * TimeSpan.TicksPerMicrosecond);
        if (at < book.Before)
            foreach (var (booked, _, _) in windows) RateBook.Insert(booked, slot);
        if (slot > now)
            AddOnce(new Risk(book.Call.Step, "RATE_WAIT",
                "Rates of agent or tenant make calls of this step wait; other runs that call meanwhile make them "
                    + "wait longer."));
        return new RunEvent.SlotAnswered
        {
            At = state.LastAt,
            StepId = book.Call.Step,
            Item = book.Call.Item,
            SlotAt = at,
            Booked = at < book.Before,
        };
    }

    private static SkillCall CallOf(
        RunState state, SkillName skill, Payload? input, EffectClass effect, int timeoutMs) => new()
        {
            Input = input ?? Payload.Empty,
            IdempotencyKey = "simulation",
            Effect = effect,
            Timeout = TimeSpan.FromMilliseconds(timeoutMs),
            IsForeseen = true,
            Network = state.Contract.Network,
            Workspace = state.Settings.Workspace,
            Config = RunEffects.ConfigOf(state.Settings.Config, skill.Value),
            Models = state.Settings.Models,
        };

    private void AddOnce(Risk risk)
    {
        if (!_risks.Contains(risk)) _risks.Add(risk);
    }
}
