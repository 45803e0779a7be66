using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Budgets;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Simulation;

/// <summary>Runs a plan through the kernel on a virtual clock, with estimates in place of the world.</summary>
/// <param name="registry">The skills that there are.</param>
/// <param name="first">The fact that begins it.</param>
/// <param name="before">The state before that fact.</param>
internal sealed partial class Simulator(ISkillRegistry registry, RunEvent.Fact first, RunState before)
{
    private readonly PriorityQueue<RunEvent.Fact, (DateTimeOffset, int)> _coming = new();
    private readonly List<(ErrorCode Code, string Text)> _gaps = [];
    private readonly List<string> _approvals = [];
    private readonly List<string> _denials = [];
    private readonly List<Risk> _risks = [];
    private readonly List<LimitHit> _limits = [];
    private readonly Dictionary<StepId, (double Start, double Latency)> _times = [];
    private readonly Dictionary<StepId, Money> _worst = [];
    private readonly List<(StepId Step, Problem Problem)> _failures = [];
    private readonly Dictionary<RateLimit, List<long>> _booked = [];
    private int _order;

    /// <summary>The steps that are expected to fail, or that the contract does not allow, each with the reason; a
    /// failure that the plan provides for is none. Known once it has run.</summary>
    public IReadOnlyList<(StepId Step, Problem Problem)> Failures => _failures;

    /// <summary>Told every event that is foreseen, in order; null where nobody listens.</summary>
    public Action<RunEvent>? Saw { get; init; }

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
        // Somebody must find out what became of a call: when, nobody can foresee.
        if (state.WaitingFor == WaitReason.UnknownOutcome) return null;
        return due is { } moment ? new RunEvent.TimeReached { At = moment } : null;
    }

    private void Come(RunEvent.Fact fact) => _coming.Enqueue(fact, (fact.At, _order++));

    private void Answer(RunState state, Effect effect)
    {
        if (effect is Effect.BookSlot book)
        {
            Come(Book(state, book));
            return;
        }
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
        if (effect is Effect.QuoteCall quote) Answer(state, quote);
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
            Message = timedOut
                ? $"{invoke.Skill.Name} usually takes {latency} ms, but has {invoke.TimeoutMs} ms." : null,
            Result = timedOut ? null : Payload.Unknown,
            Effect = timedOut ? EffectState.Unknown : null,
            // What a call that was cut short has cost nobody knows: as much counts as was held for it.
            Cost = timedOut ? invoke.Reserved
                : state.Step(invoke.Call.Step)!.Calls[invoke.Call.Item ?? 0].Last!.Started.PredictedCost,
            LatencyMs = Math.Min(latency, invoke.TimeoutMs),
            Tainted = !timedOut && registry.TryGet(invoke.Skill.Name, invoke.Skill.Version, out var skill)
                && skill.Contract.Tainted,
        });
    }

    private Contracts.Runs.Simulation Report(RunState state)
    {
        var worst = Money.Zero;
        foreach (var step in state.Steps)
            worst = AtMost((Int128)worst.NanoUsd + (_worst[step.Program.Id] = WorstOf(state, step)).NanoUsd);
        var contract = state.Contract;
        var attempts = state.Steps.Sum(step => AttemptsOf(state, step));
        if (attempts > contract.MaxAttempts)
            _risks.Add(new Risk(null, "ATTEMPTS_WORST_CASE",
                $"In the worst case the plan makes {attempts} attempts; the run is stopped at {contract.MaxAttempts}."));
        if (worst > contract.Budget)
            _risks.Add(new Risk(null, "BUDGET_WORST_CASE",
                $"In the worst case the plan asks for {worst.Cents} cents; the run is stopped "
                    + $"at {contract.Budget.Cents}."));
        var completed = state.Ended?.Status == RunStatus.Completed;
        return new Contracts.Runs.Simulation
        {
            Feasible = completed && _gaps.Count == 0 && _denials.Count == 0,
            BudgetOk = worst <= contract.Budget,
            EstimatedCost = state.Spent,
            WorstCost = worst,
            EstimatedLatencyMs = ((state.Ended?.At ?? state.LastAt) - first.At).TotalMilliseconds,
            CriticalPath = CriticalPath.Of(state, _times),
            EstimatedAttempts = state.Attempts,
            WorstAttempts = attempts,
            Code = completed && GapCode() is { } gap ? gap
                : completed && _denials.Count > 0 ? ErrorCodes.PolicyDenied
                : state.Ended is null ? ErrorCodes.OutcomeUnknown : state.Ended.Code,
            LimitsHit = ValueList.From(_limits),
            PermissionGaps = ValueList.From(_gaps.Select(gap => gap.Text)),
            PolicyDenials = ValueList.From(_denials),
            ApprovalsNeeded = ValueList.From(_approvals),
            Risks = ValueList.From(_risks),
            Steps = ValueList.From(state.Steps.Select(step => Report(state, step, contract))),
        };
    }

    private static int ItemsOf(RunState state, StepState step) => step.Program.ForEach is null ? 1
        : step.Items is { IsUnknown: false } known ? known.Element.GetArrayLength()
        : state.Contract.MaxItems;

    private long AttemptsOf(RunState state, StepState step) =>
        WorstCase.AttemptsOfStep(
            step.Program, ItemsOf(state, step), state.Catalog.Catalog, _ways.GetValueOrDefault(step.Program.Id, 1));

    private Money WorstOf(RunState state, StepState step) =>
        WorstCase.OfStep(step.Program, ItemsOf(state, step), state.Contract,
        state.Catalog.Catalog, WorstOf(state, step.Program, isFallback: false),
        WorstOf(state, step.Program, isFallback: true));

    // A sum beyond all money is as good as the largest amount.
    private static Money AtMost(Int128 nanoUsd) => new((long)Int128.Min(nanoUsd, long.MaxValue));

    private PlannedStep Report(RunState state, StepState step, ResourceContract contract)
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
            Effect = step.Calls is [{ Last: { } last }, ..] ? last.Started.Effect : pin is null
                ? EffectClass.Pure : EffectRules.ClassOf(pin.Effect, Payload.Empty),
            StartMs = times.Start,
            LatencyMs = times.Latency,
            Attempts = step.Attempts,
            WorstAttempts = AttemptsOf(state, step),
            Items = step.Items is null ? null : step.Calls.Length,
            WorstLatencyMs = step.Program.Wait is { Kind: WaitKind.Signal } wait
                ? wait.TimeoutMs ?? contract.MaxRunMs : null,
            Cost = step.Cost,
            WorstCost = Money.Min(_worst[step.Program.Id], contract.Budget),
        };
    }
}
