using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Effects;

/// <summary>Performs the effects of one run, and hands what comes back to its loop.</summary>
internal sealed class RunEffects(RunServices services, Func<Incoming, bool> post, CancellationToken shutdown)
{
    private readonly Dictionary<(CallKey, int), CancellationTokenSource> _stops = [];
    private readonly HashSet<Task> _work = [];
    private readonly Lock _gate = new();

    public void Perform(RunState state, Effect effect)
    {
        switch (effect)
        {
            case Effect.InvokeSkill invoke: Track(InvokeAsync(state, invoke)); break;
            case Effect.CallPlanner call: Track(PlanAsync(state, call)); break;
            case Effect.CancelAttempt cancel: Stop(cancel); break;
            case Effect.Finish: break;
            default: throw new System.Diagnostics.UnreachableException($"No performer for {effect.GetType().Name}.");
        }
    }

    /// <summary>Ends when nothing is in flight any more.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            Task[] open;
            lock (_gate) open = [.. _work];
            if (open.Length == 0) return;
            await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Track(Task work)
    {
        if (work.IsCompletedSuccessfully) return;
        lock (_gate) _work.Add(work);
        _ = work.ContinueWith(done =>
        {
            lock (_gate) _work.Remove(done);
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task InvokeAsync(RunState state, Effect.InvokeSkill invoke)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        lock (_gate) _stops[(invoke.Call, invoke.Attempt)] = stop;
        AttemptResult result;
        try
        {
            result = await services.Attempts.RunAsync(RequestOf(state, invoke), stop.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _stops.Remove((invoke.Call, invoke.Attempt));
        }
        // A process that is going down does not speak for the world: the attempt is lost, and recovery judges it.
        if (shutdown.IsCancellationRequested && result.Status != OutcomeStatus.Success) return;
        post(new Incoming(new RunEvent.AttemptReturned
        {
            At = services.Now,
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
            Cost = result.Cost,
            LatencyMs = result.LatencyMs,
            SideEffects = result.SideEffects,
        }));
    }

    private static AttemptRequest RequestOf(RunState state, Effect.InvokeSkill invoke)
    {
        var submitted = state.Submitted!;
        return new AttemptRequest
        {
            Skill = invoke.Skill.Name,
            Version = invoke.Skill.Version,
            Call = new SkillCall
            {
                Input = invoke.Input,
                IdempotencyKey = Identity.IdempotencyKey(submitted, invoke.Call, invoke.IsFallback),
                Effect = invoke.Class,
                Timeout = TimeSpan.FromMilliseconds(invoke.TimeoutMs),
                Attempt = invoke.Attempt,
                RunId = submitted.RunId,
                StepId = invoke.Call.Step,
                Tenant = submitted.Tenant,
                AgentId = submitted.AgentId,
                Network = state.Contract.Network,
                Workspace = state.Settings.Workspace,
                Config = ConfigOf(state.Settings.Config, invoke.Skill.Name.Value),
            },
        };
    }

    internal static Payload? ConfigOf(Payload? config, string skill) =>
        config is not null && config.Element.TryGetProperty(skill, out var own) ? Payload.FromElement(own) : null;

    private async Task PlanAsync(RunState state, Effect.CallPlanner call)
    {
        try
        {
            var (answered, blobs) = await services.Planning.PlanAsync(state, call.Round, shutdown).ConfigureAwait(false);
            post(new Incoming(answered) { Blobs = blobs });
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
        {
            // Going down: whoever resumes the run asks again.
        }
        catch (Exception error)
        {
            post(new Incoming(new RunEvent.PlannerAnswered
            {
                At = services.Now,
                Round = call.Round,
                Code = ErrorCodes.PlannerFailed,
                Message = $"The planner has a defect: {error.GetType().Name}: {error.Message}",
            }));
        }
    }

    private void Stop(Effect.CancelAttempt cancel)
    {
        CancellationTokenSource? stop;
        lock (_gate) _stops.TryGetValue((cancel.Call, cancel.Attempt), out stop);
        try
        {
            stop?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It came back in the meantime: its answer is on the way.
        }
    }
}
