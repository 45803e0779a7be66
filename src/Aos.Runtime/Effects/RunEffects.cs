using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;
using Aos.Runtime.Secrets;
using Aos.Runtime.Telemetry;

namespace Aos.Runtime.Effects;

/// <summary>Performs the effects of one run, and hands what comes back to its loop. Thread-safe.</summary>
#pragma warning disable CA1001 // The source has no timer: there is nothing to dispose of.
internal sealed class RunEffects(RunServices services, RunLoop loop)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly List<Attempt> _attempts = [];
    private CancellationTokenSource? _planning;
    private int _open;
    private bool _closed;
    private TaskCompletionSource? _idle;

    public void Perform(RunState state, Effect effect)
    {
        switch (effect)
        {
            case Effect.InvokeSkill invoke: Invoke(state, invoke); break;
            case Effect.QuoteCall quote: _ = QuoteAsync(state, quote); break;
            case Effect.CallPlanner call: _ = PlanAsync(state, call); break;
            case Effect.BookSlot book: _ = BookAsync(state, book); break;
            case Effect.CancelAttempt cancel: Find(cancel)?.Stop(); break;
            case Effect.Finish: break;
            default: throw new System.Diagnostics.UnreachableException($"No performer for {effect.GetType().Name}.");
        }
    }

    /// <summary>Begins nothing more, and tells what is in flight to stop.</summary>
    public void Close()
    {
        Attempt[] open;
        lock (_gate)
        {
            _closed = true;
            open = [.. _attempts];
        }
        foreach (var attempt in open) attempt.Stop();
        _planning?.Cancel();
    }

    /// <summary>Ends when nothing is in flight any more.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            if (_open == 0) return Task.CompletedTask;
            return (_idle ??= new TaskCompletionSource()).Task;
        }
    }

    /// <summary>Tells those who listen what an attempt came to.</summary>
    public void TellOf(Attempt attempt, AttemptResult result)
    {
        if (attempt.Span is { } span) RunTrace.End(span, result, services.TraceContents);
    }

    /// <summary>Takes what an attempt came to.</summary>
    public void OnEnded(Attempt attempt, AttemptResult result)
    {
        bool closed;
        lock (_gate)
        {
            _attempts.Remove(attempt);
            closed = _closed;
        }
        // A process that is going down does not speak for the world: the attempt is lost, and recovery judges it.
        if (!closed || result.Status == OutcomeStatus.Success)
            loop.Post(new Incoming(Returned(attempt.Invocation, result, services.Now)));
        Left();
    }

    private void Invoke(RunState state, Effect.InvokeSkill invoke)
    {
        var attempt = services.Attempts.Prepare(this, invoke, CallOf(state, invoke), state);
        lock (_gate)
        {
            if (_closed) return;
            _attempts.Add(attempt);
            _open++;
        }
        attempt.Span = loop.Trace?.Begin(attempt, services.Now);
        attempt.Begin();
    }

    private Attempt? Find(Effect.CancelAttempt cancel)
    {
        lock (_gate)
            foreach (var attempt in _attempts)
                if (attempt.Invocation.Call == cancel.Call && attempt.Invocation.Attempt == cancel.Attempt)
                    return attempt;
        return null;
    }

    private void Left()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
            if (--_open == 0) idle = _idle;
        idle?.TrySetResult();
    }

    private static RunEvent.AttemptReturned Returned(
        Effect.InvokeSkill invoke, AttemptResult result, DateTimeOffset now) => new()
        {
            At = now,
            StepId = invoke.Call.Step,
            Item = invoke.Call.Item,
            Attempt = invoke.Attempt,
            Status = result.Status,
            Code = result.Code,
            Message = result.Message,
            Result = result.Result,
            Effect = result.Effect,
            RetryAfterMs = result.RetryAfterMs,
            Cause = result.Cause,
            Problems = result.Problems,
            Cost = result.Cost ?? invoke.Reserved,
            LatencyMs = result.LatencyMs,
            SideEffects = result.SideEffects,
            CacheHit = result.CacheHit,
            Tainted = result.Tainted,
        };

    private SkillCall CallOf(RunState state, Effect.InvokeSkill invoke)
    {
        var submitted = state.Submitted!;
        var config = ConfigOf(state.Settings.Config, invoke.Skill.Name.Value);
        return new SkillCall
        {
            Input = invoke.Input,
            IdempotencyKey = Identity.IdempotencyKey(submitted, invoke.Call, invoke.IsFallback),
            Effect = invoke.Class,
            Timeout = TimeSpan.FromMilliseconds(invoke.TimeoutMs),
            Attempt = invoke.Attempt,
            Way = invoke.Way,
            Earlier = invoke.Attempt > 1
                ? EarlierOf(state.Step(invoke.Call.Step)!.Calls[invoke.Call.Item ?? 0], invoke) : null,
            RunId = submitted.RunId,
            StepId = invoke.Call.Step,
            Tenant = submitted.Tenant,
            AgentId = submitted.AgentId,
            Network = state.Contract.Network,
            Workspace = state.Settings.Workspace,
            Config = config,
            Secrets = SecretAccess.Of(services.Secrets, state.Contract, config, KeysFor(state, invoke.Skill)),
            Models = state.Settings.Models,
        };
    }

    // Only who says that it asks models gets their keys.
    private IReadOnlyList<SecretName> KeysFor(RunState state, SkillPin pin) =>
        !state.Settings.Models.IsEmpty && services.Registry.TryGet(pin.Name, pin.Version, out var skill)
        && skill.Contract.Permissions.Contains("models") ? SecretAccess.KeysOf(state.Settings.Models) : [];

    // A fallback is another call: what the first one came to is none of its concern.
    private static EarlierTry? EarlierOf(CallState call, Effect.InvokeSkill invoke)
    {
        for (var i = call.History.Length - 1; i >= 0; i--)
            if (call.History[i] is { } earlier && earlier.Number < invoke.Attempt
                && (earlier.Started.Fallback == true) == invoke.IsFallback)
                return earlier.Returned is not { } returned || returned.Status == OutcomeStatus.Success ? null
                    : new EarlierTry(returned.Code, returned.Result, returned.Problems, earlier.Started.Way);
        return null;
    }

    // What it costs is asked of the attempt that would be made.
    private static Effect.InvokeSkill AttemptOf(Effect.QuoteCall quote) => new()
    {
        Call = quote.Call,
        Attempt = quote.Attempt,
        Skill = quote.Skill,
        Input = quote.Input,
        Class = EffectRules.ClassOf(quote.Skill.Effect, quote.Input),
        TimeoutMs = quote.Skill.TimeoutMs ?? 0,
        Reserved = Money.Zero,
        IsFallback = quote.IsFallback,
    };

    private async Task QuoteAsync(RunState state, Effect.QuoteCall quote)
    {
        lock (_gate)
        {
            if (_closed) return;
            _open++;
        }
        try
        {
            var call = CallOf(state, AttemptOf(quote));
            loop.Post(
                new Incoming(
                    await services.Quotes.QuoteAsync(quote, call).ConfigureAwait(false) with { At = services.Now }));
        }
        finally
        {
            Left();
        }
    }

    internal static Payload? ConfigOf(Payload? config, string skill) =>
        config is not null && config.Element.TryGetProperty(skill, out var own) ? Payload.FromElement(own) : null;

    private async Task BookAsync(RunState state, Effect.BookSlot book)
    {
        lock (_gate)
        {
            if (_closed) return;
            _open++;
        }
        try
        {
            var slot = await services.Rates.BookAsync(
                state.Contract.Tenant, state.Contract.AgentId, book.Rates, services.Now, book.Before)
                    .ConfigureAwait(false);
            loop.Post(new Incoming(new RunEvent.SlotAnswered
            {
                At = services.Now,
                StepId = book.Call.Step,
                Item = book.Call.Item,
                SlotAt = slot.At,
                Booked = slot.Booked,
            }));
        }
        catch (StoreException error)
        {
            loop.Post(Incoming.Failed(error));
        }
        finally
        {
            Left();
        }
    }

    private async Task PlanAsync(RunState state, Effect.CallPlanner call)
    {
        var stop = new CancellationTokenSource();
        lock (_gate)
        {
            if (_closed) return;
            _planning = stop;
            _open++;
        }
        try
        {
            using var span = loop.Trace?.BeginPlanning(call.Round);
            var (answered, blobs) =
                await services.Planning.PlanAsync(state, call.Round, stop.Token).ConfigureAwait(false);
            if (answered.Code != ErrorCodes.Ok) RunTrace.Fail(span, answered.Code);
            loop.Post(new Incoming(answered, Blobs: blobs));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Going down: whoever resumes the run asks again.
        }
        catch (Exception error)
        {
            loop.Post(new Incoming(new RunEvent.PlannerAnswered
            {
                At = services.Now,
                Round = call.Round,
                Code = ErrorCodes.PlannerFailed,
                Message = $"The planner has a defect: {error.GetType().Name}: {error.Message}",
            }));
        }
        finally
        {
            Left();
        }
    }
}
