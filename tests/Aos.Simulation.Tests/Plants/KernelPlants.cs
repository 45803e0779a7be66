using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Simulation.Tests.Plants;

/// <summary>Nothing is held for a call before it is made.</summary>
internal sealed class ForgottenReservation : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        return Of(
            state, right.Events.Select(
                e => e is RunEvent.AttemptStarted started ? started with { Reserved = Money.Zero } : e), right.Effects);
    }
}

/// <summary>What a call cost is not counted where it failed.</summary>
internal sealed class ForgottenCharge : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact) => base.Advance(state,
        fact is RunEvent.AttemptReturned { Status: not OutcomeStatus.Success } failed
            ? failed with { Cost = Money.Zero } : fact);
}

/// <summary>A decision on one request counts for the next one that is open.</summary>
internal sealed class ReusedApproval : Plant
{
    private RunEvent.ApprovalDecided? _last;

    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        if (fact is RunEvent.ApprovalDecided { Approved: true } approved) _last = approved;
        if (_last is not null && fact is RunEvent.TimeReached or RunEvent.AttemptReturned
            && state.Steps.SelectMany(step => step.Calls).FirstOrDefault(call => call.Approval is not null) is { } open)
        {
            var reused =
                base.Advance(state, _last with { At = fact.At, ApprovalId = open.Approval!.ApprovalId, Input = null });
            var then = base.Advance(reused.State, fact);
            return Of(state, [.. reused.Events, .. then.Events], [.. reused.Effects, .. then.Effects]);
        }
        return base.Advance(state, fact);
    }
}

/// <summary>Another input is sent than the one that was approved.</summary>
internal sealed class SwappedInput : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        if (fact is not RunEvent.ApprovalDecided) return right;
        return Of(state,
            right.Events.Select(
                e => e is RunEvent.AttemptStarted { Input: { } shown } started
                    ? started with { Input = Swap(shown) } : e),
            right.Effects.Select(
                effect => effect is Effect.InvokeSkill invoke ? invoke with { Input = Swap(invoke.Input) } : effect));
    }

    private static Payload Swap(Payload shown) =>
        Payload.FromUtf8(
            System.Text.Encoding.UTF8.GetBytes(
                System.Text.Encoding.UTF8.GetString(shown.Utf8.Span)[..^1] + ",\"more\":1}"));
}

/// <summary>The number of the attempt is part of the idempotency key.</summary>
internal sealed class KeyWithAttempt : Plant
{
    public override SkillCall Asked(SkillCall call) =>
        call with { IdempotencyKey = $"{call.IdempotencyKey}{call.Attempt}" };
}

/// <summary>One key for all items of a step.</summary>
internal sealed class KeyWithoutItem : Plant
{
    public override SkillCall Asked(SkillCall call) => call with { IdempotencyKey = $"{call.RunId} {call.StepId}" };
}

/// <summary>A once call is made again though nobody knows whether it happened.</summary>
internal sealed class RetriedUnknown : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        return Of(state, right.Events.Select(e => e is RunEvent.SettlementRequested held
            ? new RunEvent.RetryScheduled
            {
                At = held.At,
                StepId = held.StepId,
                Item = held.Item,
                Attempt = right.State.Step(held.StepId)!.Calls[held.Item ?? 0].Attempts + 1,
                DelayMs = 10,
                Rule = BackoffRule.Immediate,
                BoundMs = 10,
            }
            : e), right.Effects);
    }
}

/// <summary>An answer is written down twice.</summary>
internal sealed class DoubleOutcome : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        return fact is RunEvent.AttemptReturned && !right.Events.IsEmpty && state.Seq % 3 == 0
            ? Of(state, right.Events.Insert(1, right.Events[0]), right.Effects)
            : right;
    }
}

/// <summary>A backoff is drawn anew each time.</summary>
internal sealed class BackoffByChance : Plant
{
    private long _drawn;

    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        return Of(
            state, right.Events.Select(
                e => e is RunEvent.RetryScheduled retry ? retry with { DelayMs = 7 + _drawn++ % 50 } : e),
                    right.Effects);
    }
}

/// <summary>Who takes a run over does not ask what was in flight.</summary>
internal sealed class ForgottenInFlight : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact) =>
        fact is RunEvent.RunRecovered recovered && recovered.Epoch > state.Epoch && state.InFlight > 0
            ? Of(state, [recovered], [])
            : base.Advance(state, fact);
}

/// <summary>What was in flight when the owner died is simply made again, whatever it is.</summary>
internal sealed class LostTakenForFailed : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        if (fact is not RunEvent.RunRecovered recovered || recovered.Epoch <= state.Epoch)
            return base.Advance(state, fact);
        var events = new List<RunEvent> { recovered };
        foreach (var call in state.Steps.SelectMany(step => step.Calls).Where(call => call.Phase == CallPhase.InFlight))
        {
            events.Add(
                new RunEvent.AttemptLost
                {
                    At = fact.At,
                    StepId = call.Key.Step,
                    Item = call.Key.Item,
                    Attempt = call.Attempts
                });
            events.Add(new RunEvent.RetryScheduled
            {
                At = fact.At,
                StepId = call.Key.Step,
                Item = call.Key.Item,
                Attempt = call.Attempts + 1,
                DelayMs = 0,
                Rule = BackoffRule.Immediate,
                BoundMs = 0,
            });
        }
        return events.Count == 1 ? base.Advance(state, fact) : Of(state, events, []);
    }
}
