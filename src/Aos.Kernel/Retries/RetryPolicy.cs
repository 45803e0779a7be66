using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Retries;

/// <summary>What is known of an attempt that did not succeed.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">What happened.</param>
/// <param name="Effect">The effect class of the call.</param>
/// <param name="State">Whether the world was changed.</param>
/// <param name="RetryAfterMs">What the other side asked to wait.</param>
/// <param name="Status">How the attempt itself ended.</param>
/// <param name="IsFinal">Whether the call breaks its contract, so that no catalog entry applies.</param>
internal sealed record Verdict(
    ErrorCode Code, string? Message, EffectClass Effect, EffectState State, long? RetryAfterMs,
    OutcomeStatus Status, bool IsFinal)
{
    /// <summary>Whether nobody can say that repeating it is safe.</summary>
    public bool IsUnknown => Effect == EffectClass.Once && State == EffectState.Unknown;

    /// <summary>Whether it was stopped on request.</summary>
    public bool IsCancelled => Status == OutcomeStatus.Cancelled;

    /// <summary>How a call ends with it while the run is stopping, so that it cannot be made again.</summary>
    public OutcomeStatus StatusWhenStopped =>
        Status is OutcomeStatus.Cancelled or OutcomeStatus.Unknown ? Status : OutcomeStatus.Failure;

    /// <param name="returned">How the attempt came back.</param>
    /// <param name="started">How it began.</param>
    /// <param name="ceiling">The most that it might cost.</param>
    public static Verdict Of(RunEvent.AttemptReturned returned, RunEvent.AttemptStarted started, Money ceiling)
    {
        if (returned.Status is OutcomeStatus.Success or OutcomeStatus.Partial)
            return new Verdict(ErrorCodes.CostCeilingBroken,
                $"{started.Skill} cost {returned.Cost}, but its contract says at most {ceiling}.",
                started.Effect, EffectState.Happened, null, OutcomeStatus.Failure, IsFinal: true);
        return new Verdict(returned.Code, returned.Message, started.Effect, returned.Effect ?? EffectState.Unknown,
            returned.RetryAfterMs, returned.Status, IsFinal: returned.Cost > ceiling);
    }

    public static Verdict Lost(EffectClass effect) => new(ErrorCodes.AttemptLost,
        "The process ended while the attempt was in flight.", effect, EffectState.Unknown, null,
        OutcomeStatus.Unknown, IsFinal: false);

    /// <summary>Somebody found out that the effect did not happen.</summary>
    public static Verdict Settled(CallState call)
    {
        var (started, returned) = (call.Last!.Started, call.Last.Returned);
        return new Verdict(returned?.Code ?? ErrorCodes.AttemptLost, returned?.Message, started.Effect,
            EffectState.None, null, OutcomeStatus.Failure, IsFinal: returned?.Cost > started.Reserved);
    }
}

/// <summary>What becomes of a call whose attempt did not succeed.</summary>
internal abstract record RetryDecision
{
    private RetryDecision() { } // Closed: these are all the cases.

    /// <summary>It is made again.</summary>
    public sealed record Again(long DelayMs, BackoffRule Rule, long BoundMs) : RetryDecision
    {
        /// <summary>The way that is taken instead of the one that failed; null: the same.</summary>
        public string? Way { get; init; }
    }

    /// <summary>It cannot be repeated safely, and nobody knows whether it happened.</summary>
    public sealed record Hold : RetryDecision;

    /// <summary>It is not made again.</summary>
    public sealed record GiveUp(ErrorCode Code, string? Message) : RetryDecision;
}

/// <summary>The one place that decides on retry. The smallest of catalog and step holds.</summary>
internal static class RetryPolicy
{
    public static RetryDecision Decide(
        RunState state, StepState step, CallState call, Verdict verdict, DateTimeOffset now)
    {
        if (verdict.IsUnknown) return new RetryDecision.Hold();
        var giveUp = new RetryDecision.GiveUp(verdict.Code, verdict.Message);
        if (verdict.IsCancelled || verdict.IsFinal) return giveUp;
        // On a call that cannot be repeated, an effect that happened is never tried again.
        if (verdict.Effect == EffectClass.Once && verdict.State == EffectState.Happened) return giveUp;
        if (call.AttemptsOfVariant >= (step.Program.Source.Retry?.MaxAttempts ?? int.MaxValue)) return giveUp;

        var rule = state.Catalog.Match(verdict.Code)?.Retry;
        var isExhausted = rule is null || call.AttemptsOfWay >= rule.MaxAttempts;
        // Another way is better than waiting, and worse than mending at once what failed.
        if ((isExhausted || rule!.InitialMs > 0) && AnotherWay(call, verdict, state.Catalog) is { } other)
            return new RetryDecision.Again(0, BackoffRule.Immediate, 0) { Way = other };
        if (isExhausted) return giveUp;

        var again = Wait(state, call, verdict, rule!);
        return Moments.After(now, again.DelayMs) >= state.Deadline
            ? new RetryDecision.GiveUp(
                verdict.Code, $"{verdict.Message} The next attempt would be in {again.DelayMs} ms, "
                .TrimStart() + "after the end of the time that the run's contract allows.")
            : again;
    }

    // Only where the one that failed did nothing, or nothing that matters if it is done in another way too.
    private static string? AnotherWay(CallState call, Verdict verdict, FailureIndex catalog) =>
        call.Ways is { Quote: not null, CanSwitch: true } ways
        && (verdict.State == EffectState.None || verdict.Effect is EffectClass.Pure or EffectClass.Read)
        && ways.After(ways.Place, verdict.Code, catalog) is { } next ? ways.Quote.Ways[next].Name : null;

    /// <summary>What becomes of a question that a planner could not answer; null where it is not asked again.</summary>
    public static RetryDecision.Again? Decide(RunState state, RunEvent.PlannerAnswered answered, DateTimeOffset now)
    {
        if (state.Catalog.Match(answered.Code)?.Retry is not { } rule || state.PlannerFailures >= rule.MaxAttempts)
            return null;
        var again = Wait(answered.RetryAfterMs, rule, state.PlannerFailures,
            Identity.DrawForPlanner(state.Submitted!.RunId, answered.Round));
        return Moments.After(now, again.DelayMs) >= state.Deadline ? null : again;
    }

    private static RetryDecision.Again Wait(RunState state, CallState call, Verdict verdict, RetryRule rule) =>
        Wait(verdict.RetryAfterMs, rule, call.AttemptsOfWay,
            Identity.Draw(state.Submitted!.RunId, call.Key, call.Attempts));

    private static RetryDecision.Again Wait(long? retryAfterMs, RetryRule rule, int attempts, ulong draw)
    {
        if (retryAfterMs is { } asked and >= 0) return new RetryDecision.Again(asked, BackoffRule.RetryAfter, asked);
        if (rule.InitialMs <= 0) return new RetryDecision.Again(0, BackoffRule.Immediate, 0);
        var bound = Backoff.Bound(rule, attempts);
        return new RetryDecision.Again(Backoff.Jitter(bound, draw), BackoffRule.Exponential, bound);
    }
}
