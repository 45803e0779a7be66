using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Testing.Runs;

/// <summary>Drives the real kernel against a <see cref="ScriptedWorld"/> over virtual time: a whole run in memory,
/// without a task, a thread or a clock.</summary>
public sealed class ScriptedRun
{
    private const int FactsMax = 200_000;
    private readonly PriorityQueue<Pending, (DateTimeOffset At, long Order)> _pending = new();
    private readonly Dictionary<(CallKey Call, int Attempt), Pending> _attempts = [];
    private readonly ScriptedWorld _world;
    private readonly RunScenario _scenario;
    private long _order;

    /// <summary>A run that was not submitted yet.</summary>
    public ScriptedRun(RunScenario scenario, ScriptedWorld? world = null)
    {
        (_scenario, _world) = (scenario, world ?? new ScriptedWorld());
        (State, Now) = (RunState.Empty(Documents), scenario.Start);
    }

    /// <summary>The documents of the run.</summary>
    public MemoryDocuments Documents { get; } = new();

    /// <summary>The state.</summary>
    public RunState State { get; private set; }

    /// <summary>Every event so far.</summary>
    public List<RunEvent> Journal { get; } = [];

    /// <summary>Every effect so far.</summary>
    public List<Effect> Effects { get; } = [];

    /// <summary>The attempts so far.</summary>
    public IEnumerable<Effect.InvokeSkill> Attempts => Effects.OfType<Effect.InvokeSkill>();

    /// <summary>The virtual time.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Called after every transition, with the fact that led to it.</summary>
    public Action<RunEvent.Fact, Transition>? Observer { get; init; }

    /// <summary>The report of the run at this moment.</summary>
    public RunReport Report => RunReporter.Report(State, Now);

    /// <summary>Whether attempts, plans or decisions are on their way.</summary>
    public bool HasPending => _pending.Count > 0;

    /// <summary>Runs a scenario until it ends or waits for somebody.</summary>
    public static ScriptedRun Of(RunScenario scenario, ScriptedWorld? world = null) =>
        new ScriptedRun(scenario, world).Submit().Go();

    /// <summary>Submits the run.</summary>
    public ScriptedRun Submit()
    {
        Feed(_scenario.Submit(Documents));
        return this;
    }

    /// <summary>Gives the kernel a fact of this moment.</summary>
    public Transition Feed(RunEvent.Fact fact)
    {
        if (Journal.Count > FactsMax)
            throw new InvalidOperationException($"The run does not end after {FactsMax} events.");
        var stamped = fact.At == default ? fact with { At = Now } : fact;
        var transition = RunKernel.Advance(State, stamped);
        State = transition.State;
        Journal.AddRange(transition.Events);
        Effects.AddRange(transition.Effects);
        foreach (var effect in transition.Effects) Perform(effect);
        foreach (var e in transition.Events)
            if (e is RunEvent.ApprovalRequested request) AskPerson(request);
            else if (e is RunEvent.WaitStarted wait) AskSender(wait);
        Observer?.Invoke(stamped, transition);
        return transition;
    }

    /// <summary>Lets the next thing happen: the earliest answer, or the moment that the run waits for.</summary>
    /// <returns>False where nothing will ever happen by itself.</returns>
    public bool Step()
    {
        while (_pending.TryPeek(out var dropped, out _) && dropped.IsGone) _pending.Dequeue();
        var due = State.NextWake;
        if (_pending.TryPeek(out var next, out var at) && (due is null || at.At <= due))
        {
            _pending.Dequeue();
            Now = at.At > Now ? at.At : Now;
            if (next.Attempt is { } attempt) _attempts.Remove(attempt);
            Feed(next.Fact);
            return true;
        }
        if (due is null) return false;
        Now = due > Now ? due.Value : Now;
        Feed(new RunEvent.TimeReached());
        return true;
    }

    /// <summary>Goes on until the run ends, or <paramref name="until"/> holds, or only a far deadline is left to wait
    /// for while a person is asked.</summary>
    public ScriptedRun Go(Func<ScriptedRun, bool>? until = null)
    {
        while (State.Ended is null && until?.Invoke(this) != true)
        {
            if (until is null && !HasPending
                && State.WaitingFor is WaitReason.Approval or WaitReason.UnknownOutcome or WaitReason.Signal) break;
            if (!Step()) break;
        }
        return this;
    }

    /// <summary>Lets virtual time pass, and what falls into it happen.</summary>
    public ScriptedRun Pass(TimeSpan time)
    {
        var end = Now + time;
        while (NextAt() is { } at && at <= end && Step()) { }
        Now = end;
        return this;
    }

    /// <summary>The owner dies and a new one takes over: what was in flight is never answered.</summary>
    public Transition Crash()
    {
        foreach (var pending in _pending.UnorderedItems)
            if (pending.Element.Attempt is not null
                || pending.Element.Fact is RunEvent.PlannerAnswered or RunEvent.CallQuoted or RunEvent.SlotAnswered)
                pending.Element.IsGone = true;
        _attempts.Clear();
        return Feed(new RunEvent.RunRecovered { Epoch = State.Epoch + 1 });
    }

    private DateTimeOffset? NextAt()
    {
        while (_pending.TryPeek(out var dropped, out _) && dropped.IsGone) _pending.Dequeue();
        var wake = State.NextWake;
        return _pending.TryPeek(out _, out var at) && (wake is null || at.At < wake) ? at.At : wake;
    }

    private void Perform(Effect effect)
    {
        switch (effect)
        {
            case Effect.InvokeSkill invoke: Invoke(invoke); break;
            case Effect.QuoteCall quote: Quote(quote); break;
            case Effect.BookSlot book: Book(book); break;
            case Effect.CancelAttempt cancel: Cancel(cancel); break;
            case Effect.CallPlanner planner: Plan(planner.Round); break;
            case Effect.Finish: break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Quote(Effect.QuoteCall quote) => Plan(_world.Quote(quote) with
    {
        StepId = quote.Call.Step,
        Item = quote.Call.Item,
        Attempt = quote.Attempt,
    }, 1, attempt: null);

    private void Invoke(Effect.InvokeSkill invoke)
    {
        var answer = _world.Answer(invoke);
        if (answer.LatencyMs > invoke.TimeoutMs)
            answer = ScriptedAnswer.Fail("TIMEOUT").After(invoke.TimeoutMs);
        var fact = new RunEvent.AttemptReturned
        {
            StepId = invoke.Call.Step,
            Item = invoke.Call.Item,
            Attempt = invoke.Attempt,
            Status = answer.Status,
            Code = answer.Code,
            Result = answer.Result,
            Effect = answer.Effect,
            Cost = answer.Cost,
            LatencyMs = answer.LatencyMs,
            RetryAfterMs = answer.RetryAfterMs,
            SideEffects = answer.SideEffects,
            Tainted = answer.Tainted,
        };
        _attempts[(invoke.Call, invoke.Attempt)] = Plan(fact, answer.LatencyMs, (invoke.Call, invoke.Attempt));
    }

    // A cancelled attempt comes back at once: one that only looked as cancelled, any other as unknown.
    private void Cancel(Effect.CancelAttempt cancel)
    {
        if (!_attempts.TryGetValue((cancel.Call, cancel.Attempt), out var pending) || pending.IsGone) return;
        pending.IsGone = true;
        var harmless = State.Step(cancel.Call.Step)!.Calls[cancel.Call.Item ?? 0].Last!.Started.Effect
            is Contracts.Skills.EffectClass.Pure or Contracts.Skills.EffectClass.Read;
        var fact = (RunEvent.AttemptReturned)pending.Fact with
        {
            Status = harmless ? OutcomeStatus.Cancelled : OutcomeStatus.Unknown,
            Code = ErrorCodes.Cancelled,
            Result = null,
            Effect = harmless ? EffectState.None : EffectState.Unknown,
            Cost = Money.Zero,
        };
        Plan(fact, 1, (cancel.Call, cancel.Attempt));
    }

    private void Book(Effect.BookSlot book)
    {
        var slot = Now + _world.Slot(book);
        Plan(new RunEvent.SlotAnswered
        {
            StepId = book.Call.Step,
            Item = book.Call.Item,
            SlotAt = slot,
            Booked = slot < book.Before,
        }, 1, attempt: null);
    }

    private void Plan(int round)
    {
        var answer = _world.Plan(round);
        Plan(new RunEvent.PlannerAnswered
        {
            Round = round,
            Plan = answer.Plan is null ? null : Documents.Add(_scenario.Pin(answer.Plan, State.Program)),
            Code = answer.Code,
            Output = answer.Output,
            Cost = answer.Cost,
            RetryAfterMs = answer.RetryAfterMs,
            LatencyMs = 50,
        }, 50, attempt: null);
    }

    private void AskPerson(RunEvent.ApprovalRequested request)
    {
        if (_world.Decide(request) is not { } decision) return;
        Plan(new RunEvent.ApprovalDecided
        {
            ApprovalId = request.ApprovalId,
            Approved = decision.Approved,
            By = "reviewer",
            Input = decision.Input,
        }, decision.DelayMs, attempt: null);
    }

    private void AskSender(RunEvent.WaitStarted wait)
    {
        if (wait.Signal is not { } name || _world.Signal(wait) is not { } signal) return;
        Plan(new RunEvent.SignalReceived { Name = name, Data = signal.Data, By = "sender" }, signal.DelayMs,
            attempt: null);
    }

    private Pending Plan(RunEvent.Fact fact, int delayMs, (CallKey, int)? attempt)
    {
        var pending = new Pending(fact, attempt);
        _pending.Enqueue(pending, (Now.AddMilliseconds(delayMs), _order++));
        return pending;
    }

    private sealed class Pending(RunEvent.Fact fact, (CallKey Call, int Attempt)? attempt)
    {
        public RunEvent.Fact Fact { get; } = fact;

        public (CallKey Call, int Attempt)? Attempt { get; } = attempt;

        public bool IsGone { get; set; }
    }
}
