using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
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
using Aos.Runtime.Effects;

namespace Aos.Runtime.Simulation;

/// <summary>Runs a plan through the kernel on a virtual clock, with estimates in place of the world.</summary>
/// <param name="registry">The skills that there are.</param>
/// <param name="first">The fact that begins it.</param>
/// <param name="before">The state before that fact.</param>
internal sealed class Simulator(ISkillRegistry registry, RunEvent.Fact first, RunState before)
{
    private readonly PriorityQueue<RunEvent.Fact, (DateTimeOffset, int)> _coming = new();
    private readonly List<(ErrorCode Code, string Text)> _gaps = [];
    private readonly List<string> _approvals = [];
    private readonly List<string> _denials = [];
    private readonly List<Risk> _risks = [];
    private readonly Dictionary<StepId, (double Start, double Latency)> _times = [];
    private readonly Dictionary<StepId, Money> _worst = [];
    private readonly List<(StepId Step, Problem Problem)> _failures = [];
    private int _order;

    /// <summary>The steps that are expected to fail, or that the contract does not allow, each with the reason; a failure
    /// that the plan provides for is none. Known once it has run.</summary>
    public IReadOnlyList<(StepId Step, Problem Problem)> Failures => _failures;

    /// <summary>What is foreseen.</summary>
    public Contracts.Runs.Simulation Run()
    {
        var state = before;
        Come(first);
        while (Next(state) is { } fact)
        {
            var transition = RunKernel.Advance(state, fact);
            state = transition.State;
            foreach (var e in transition.Events) Observe(state, e);
            foreach (var effect in transition.Effects) Answer(state, effect);
        }
        return Report(state);
    }

    /// <summary>What happens next: an answer, or the moment that the run waits for.</summary>
    private RunEvent.Fact? Next(RunState state)
    {
        var due = state.Ended is null ? state.NextWake : null;
        if (_coming.TryPeek(out _, out var at) && (due is null || at.Item1 <= due)) return _coming.Dequeue();
        return due is { } moment ? new RunEvent.TimeReached { At = moment } : null;
    }

    private void Come(RunEvent.Fact fact) => _coming.Enqueue(fact, (fact.At, _order++));

    private void Observe(RunState state, RunEvent e)
    {
        switch (e)
        {
            case RunEvent.StepExpanded { Items.IsUnknown: true } expanded:
                _risks.Add(new Risk(expanded.StepId, "UNKNOWN_LIST", "The list of for_each is not known before the run: one "
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
                Come(decided with { By = $"simulation {state.Step(key.Step)!.Calls[key.Item ?? 0].ApprovedBy.Count + 1}" });
                break;
            case RunEvent.PolicyDenied denied: AddDenial(denied); break;
            case RunEvent.AttemptStarted started: Observe(state, started); break;
            case RunEvent.WaitStarted wait: Observe(state, wait); break;
            case RunEvent.PlanAborted aborted:
                _failures.Add((aborted.StepId, new Problem("", aborted.Code, aborted.Message ?? aborted.Code.Value)));
                break;
            case RunEvent.RunStopping { StepId: { } stopped } stopping:
                _failures.Add((stopped, new Problem("", stopping.Code, stopping.Message ?? stopping.Code.Value)));
                break;
            case RunEvent.StepEnded ended when ended.Code == ErrorCodes.SkillNotAllowed:
                AddGap(ended.StepId, ended.Code, ended.Message ?? ended.Code.Value);
                break;
            case RunEvent.StepEnded ended when _times.TryGetValue(ended.StepId, out var times):
                _times[ended.StepId] = times with { Latency = (ended.At - first.At).TotalMilliseconds - times.Start };
                break;
            default: break;
        }
    }

    private void Observe(RunState state, RunEvent.AttemptStarted started)
    {
        _times.TryAdd(started.StepId, ((started.At - first.At).TotalMilliseconds, started.PredictedLatencyMs));
        foreach (var rule in started.Rules)
            if (rule.Uncertain == true)
                AddOnce(new Risk(started.StepId, "UNKNOWN_POLICY_MATCH", $"Policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}' "
                    + $"({Snake(rule.Verdict)}) may apply: it looks at what only the run will have."));
        if (started.Effect == EffectClass.Once)
            AddOnce(new Risk(started.StepId, "ONCE_EFFECT",
                $"{started.Skill} cannot be repeated safely: a lost answer leaves its outcome unknown."));
        if (started.PredictedLatencyMs > started.TimeoutMs)
            AddOnce(new Risk(started.StepId, "LIKELY_TIMEOUT",
                $"{started.Skill} usually takes {started.PredictedLatencyMs} ms, but has {started.TimeoutMs} ms."));
        var program = state.Step(started.StepId)!.Program;
        if (program.When is { } when && when.MembersOf("steps").Count > 0)
            AddOnce(new Risk(started.StepId, "UNKNOWN_CONDITION",
                $"The condition '{when.Text}' reads results that only the run will have; it is taken as true."));
        var source = program.Source;
        var planned = started.Fallback == true && source.OnFailure is OnFailure.Fallback { Call.Input: { } own } ? own : source.Input;
        foreach (var gap in SecretRules.FindGaps(state.Contract, planned)) AddGap(started.StepId, gap.Code, gap.Message);
        if (!registry.TryGet(started.Skill, started.SkillVersion, out var skill)) return;
        foreach (var gap in skill.FindGaps(CallOf(state, started)))
            AddGap(started.StepId, gap.Code, gap.Message);
    }

    private static string Describe(RunEvent.ApprovalRequested requested)
    {
        var people = requested.Quorum is { } quorum ? $"{quorum} people of role" : "role";
        var rules = string.Join(", ", requested.Rules.Select(rule => $"policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}'"));
        return $"{new CallKey(requested.StepId, requested.Item)} needs {people} '{requested.Role}'{(rules.Length == 0 ? "" : $" ({rules})")}";
    }

    private void AddDenial(RunEvent.PolicyDenied denied)
    {
        var rule = denied.Rules[0];
        var text = $"Step '{denied.StepId}': policy '{rule.Policy}' version {rule.Version}, rule '{rule.Rule}', denies {denied.Skill}@{denied.SkillVersion}";
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
        _times.TryAdd(wait.StepId, ((wait.At - first.At).TotalMilliseconds, 0));
        if (program.Wait!.Value.Expressions.Any(expression => expression.MembersOf("steps").Count > 0))
            AddOnce(new Risk(wait.StepId, "UNKNOWN_WAIT",
                "What is waited for is read from results that only the run will have; no time is expected for it."));
        if (wait.Signal is not { } signal) return;
        AddOnce(new Risk(wait.StepId, "SIGNAL_TIME", $"When signal '{signal}' comes is not known: it is expected at once, and at worst "
            + (wait.ForMs is { } ms ? $"the step fails with SIGNAL_TIMEOUT after {ms} ms." : "the run waits until its time is over.")));
        Come(new RunEvent.SignalReceived { At = wait.At, Name = signal, Data = Payload.Unknown, By = "simulation" });
    }

    private static SkillCall CallOf(RunState state, RunEvent.AttemptStarted started) => new()
    {
        Input = started.Input ?? Payload.Empty,
        IdempotencyKey = "simulation",
        Effect = started.Effect,
        Timeout = TimeSpan.FromMilliseconds(started.TimeoutMs),
        Network = state.Contract.Network,
        Workspace = state.Settings.Workspace,
        Config = RunEffects.ConfigOf(state.Settings.Config, started.Skill.Value),
        Models = state.Settings.Models,
    };

    private void AddOnce(Risk risk)
    {
        if (!_risks.Contains(risk)) _risks.Add(risk);
    }

    private void Answer(RunState state, Effect effect)
    {
        if (effect is Effect.CallPlanner planner)
        {
            // What it would plan on is not known: it is taken to have nothing left to do.
            Come(new RunEvent.PlannerAnswered
            {
                At = state.LastAt.AddMilliseconds(state.Settings.Planning?.ExpectedLatencyMs ?? 0),
                Round = planner.Round,
                Code = ErrorCodes.Ok,
                Cost = state.Settings.Planning?.ExpectedCost ?? Money.Zero,
            });
            return;
        }
        if (effect is not Effect.InvokeSkill invoke) return;
        var latency = invoke.Skill.Latency?.ExpectedMs ?? 100;
        var timedOut = latency > invoke.TimeoutMs;
        Come(new RunEvent.AttemptReturned
        {
            At = state.LastAt.AddMilliseconds(Math.Min(latency, invoke.TimeoutMs)),
            StepId = invoke.Call.Step,
            Item = invoke.Call.Item,
            Attempt = invoke.Attempt,
            Status = timedOut ? OutcomeStatus.Failure : OutcomeStatus.Success,
            Code = timedOut ? ErrorCodes.Timeout : ErrorCodes.Ok,
            Result = timedOut ? null : Payload.Unknown,
            Effect = timedOut ? EffectState.Unknown : null,
            Cost = invoke.Skill.Cost?.Expected ?? Money.Zero,
            LatencyMs = Math.Min(latency, invoke.TimeoutMs),
        });
    }

    private Contracts.Runs.Simulation Report(RunState state)
    {
        var worst = Money.Zero;
        foreach (var step in state.Steps) worst = AtMost((Int128)worst.NanoUsd + (_worst[step.Program.Id] = WorstOf(state, step)).NanoUsd);
        var contract = state.Contract;
        if (worst > contract.Budget)
            _risks.Add(new Risk(null, "BUDGET_WORST_CASE",
                $"In the worst case the plan asks for {worst.Cents} cents; the run is stopped at {contract.Budget.Cents}."));
        var completed = state.Ended?.Status == RunStatus.Completed;
        return new Contracts.Runs.Simulation
        {
            Feasible = completed && _gaps.Count == 0 && _denials.Count == 0,
            BudgetOk = worst <= contract.Budget,
            EstimatedCost = state.Spent,
            WorstCost = worst,
            EstimatedLatencyMs = ((state.Ended?.At ?? state.LastAt) - first.At).TotalMilliseconds,
            Code = completed && GapCode() is { } gap ? gap : completed && _denials.Count > 0 ? ErrorCodes.PolicyDenied : state.Ended?.Code,
            PermissionGaps = ValueList.From(_gaps.Select(gap => gap.Text)),
            PolicyDenials = ValueList.From(_denials),
            ApprovalsNeeded = ValueList.From(_approvals),
            Risks = ValueList.From(_risks),
            Steps = ValueList.From(state.Steps.Select(step => Report(step, contract))),
        };
    }

    private static Money WorstOf(RunState state, StepState step)
    {
        var items = step.Program.ForEach is null ? 1
            : step.Items is { IsUnknown: false } known ? known.Element.GetArrayLength()
            : state.Contract.MaxItems;
        return WorstCase.OfStep(step.Program, items, state.Contract, state.Catalog.Catalog, skill => skill.Cost?.Worst ?? Money.Zero);
    }

    // A sum beyond all money is as good as the largest amount.
    private static Money AtMost(Int128 nanoUsd) => new((long)Int128.Min(nanoUsd, long.MaxValue));

    private PlannedStep Report(StepState step, ResourceContract contract)
    {
        var pin = step.Program.Main?.Skill;
        _times.TryGetValue(step.Program.Id, out var times);
        return new PlannedStep
        {
            StepId = step.Program.Id,
            Skill = pin is null ? null : new SkillRef(pin.Name, VersionRange.Exactly(pin.Version)),
            Wait = RunReporter.WaitOf(step),
            Status = step.Standing,
            Code = step.Code,
            Effect = step.Calls is [{ Last: { } last }, ..] ? last.Started.Effect : pin is null ? EffectClass.Pure : EffectRules.ClassOf(pin.Effect, Payload.Empty),
            StartMs = times.Start,
            LatencyMs = times.Latency,
            WorstLatencyMs = step.Program.Wait is { Kind: WaitKind.Signal } wait ? wait.TimeoutMs ?? contract.MaxRunMs : null,
            Cost = step.Cost,
            WorstCost = Money.Min(_worst[step.Program.Id], contract.Budget),
        };
    }
}
