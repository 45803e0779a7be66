using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Shows the state of a run as a report and as outcomes. Pure: the same state gives the same report.</summary>
public static class RunReporter
{
    /// <summary>The report of a run.</summary>
    /// <param name="state">A run that was submitted.</param>
    /// <param name="now">The time, for the latency of a run that has not ended.</param>
    public static RunReport Report(RunState state, DateTimeOffset now)
    {
        var submitted = state.Submitted ?? throw new InvalidOperationException("The run was not submitted.");
        return new RunReport
        {
            RunId = submitted.RunId,
            Status = state.Status,
            WaitingFor = state.WaitingFor,
            Code = state.Ended?.Code,
            Message = state.Ended?.Message ?? state.Stopping?.Message,
            FailedStep = state.Ended?.FailedStep,
            ForkedFrom = state.Forked is { } forked ? new Origin { RunId = forked.From, Seq = forked.FromSeq } : null,
            Repeats = submitted.Repeats,
            Goal = submitted.Goal,
            AgentId = submitted.AgentId,
            Output = state.Ended?.Output,
            Cost = state.Spent,
            LatencyMs = Math.Max(0, ((state.Ended?.At ?? now) - submitted.At).TotalMilliseconds),
            BehaviourDigest = state.Ended?.BehaviourDigest,
            StartedAt = submitted.At,
            Steps = Reports(state),
        };
    }

    private static ValueList<StepReport> Reports(RunState state)
    {
        var reports = new StepReport[state.Steps.Length];
        for (var i = 0; i < reports.Length; i++) reports[i] = Report(state, state.Steps[i]);
        return ValueList.Create<StepReport>(reports);
    }

    /// <summary>The outcome of a step; null until it ended.</summary>
    public static StructuredOutcome? Outcome(RunState state, StepState step)
    {
        return step.Status is { } status ? Outcome(state, step, status, step.Code!.Value, step.Message) : null;
    }

    /// <summary>The outcome of a step that waits until somebody settles what became of a call; null for one that does
    /// not.</summary>
    public static StructuredOutcome? Unsettled(RunState state, StepState step)
    {
        var waiting =
            step.Calls.Where(call => call.Phase == CallPhase.AwaitingSettlement).Select(call => call.Key).ToList();
        return waiting.Count == 0
            ? null
            : Outcome(state, step, OutcomeStatus.Unknown, ErrorCodes.OutcomeUnknown,
                $"Whether {string.Join(", ", waiting.Take(5))}{(waiting.Count > 5 ? $" and {waiting.Count - 5} more" : "")} took "
                + "effect is not known, and it cannot be repeated safely. The run waits until somebody settles it.");
    }

    private static StructuredOutcome Outcome(
        RunState state, StepState step, OutcomeStatus status, ErrorCode code, string? message)
    {
        var last = LastAttempt(step);
        var only = step.Program.ForEach is null && !step.Calls.IsEmpty ? step.Calls[0] : null;
        return new StructuredOutcome
        {
            RunId = state.Submitted!.RunId,
            StepId = step.Program.Id,
            Attempt = step.Attempts,
            Status = status,
            Code = code,
            Message = message ?? only?.Message,
            Result = status is OutcomeStatus.Success or OutcomeStatus.Partial ? ResultOf(step) : null,
            Failure = IsGood(status) ? null : Failure(state, step, code, last?.Returned),
            Execution = last is null ? null : Execution(state, step, last),
            SideEffects = SideEffectsOf(step),
            NextActions = IsGood(status) ? null : Next(state, code),
            Trace = new TraceContext(state.Submitted.TraceId, SpanId(state, step.Program.Id)),
            Timestamp = step.EndedAt ?? state.LastAt,
        };
    }

    /// <summary>The result of a step that ended well: that of its call, or a list of those of its items.</summary>
    public static Payload ResultOf(StepState step)
    {
        if (step.Program.ForEach is null) return step.Calls[0].Result ?? Payload.Null;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var call in step.Calls)
                writer.WriteRawValue((call.Result ?? Payload.Null).Utf8.Span, skipInputValidation: true);
            writer.WriteEndArray();
        }
        return Payload.FromUtf8(buffer.WrittenMemory);
    }

    /// <summary>A failure as the run's catalog explains it.</summary>
    public static FailureInfo Explain(FailureIndex catalog, ErrorCode code, RunEvent.AttemptReturned? returned)
    {
        var entry = catalog.Match(code);
        return new FailureInfo
        {
            Code = code,
            Category = catalog.CategoryOf(code),
            Retryable = entry?.Retry is not null,
            RetryAfterMs = returned?.RetryAfterMs,
            Cause = returned?.Cause,
            Suggestions = entry is null ? [] : entry.Suggestions.IsEmpty ? [entry.Cure] : entry.Suggestions,
            Alternatives = entry?.Alternatives ?? [],
            Details = returned?.Problems ?? [],
        };
    }

    private static StepReport Report(RunState state, StepState step)
    {
        SkillRef? skill = LastAttempt(step) is { } last
            ? new SkillRef(last.Started.Skill, VersionRange.Exactly(last.Started.SkillVersion))
            : step.Program.Source.Skill;
        return new StepReport
        {
            StepId = step.Program.Id,
            Skill = skill,
            Wait = WaitOf(step),
            Status = step.Standing,
            Code = step.Code,
            Attempts = step.Attempts,
            Cost = step.Cost,
            Outcome = Outcome(state, step),
        };
    }

    private static AttemptRecord? LastAttempt(StepState step)
    {
        for (var i = step.Calls.Length - 1; i >= 0; i--)
            if (step.Calls[i].Attempts > 0) return step.Calls[i].Last;
        return null;
    }

    private static ValueList<SideEffect> SideEffectsOf(StepState step)
    {
        List<SideEffect>? all = null;
        foreach (var call in step.Calls)
            foreach (var attempt in call.History)
                if (attempt.Returned is { SideEffects.IsEmpty: false } returned)
                    (all ??= []).AddRange(returned.SideEffects);
        return all is null ? [] : ValueList.From(all);
    }

    /// <summary>What a step waits or waited for: of several items the first that still does.</summary>
    public static StepWait? WaitOf(StepState step)
    {
        if (step.Program.Wait is null) return null;
        var call = step.Calls.FirstOrDefault(call => call.Phase is CallPhase.Sleeping or CallPhase.AwaitingSignal)
            ?? step.Calls.FirstOrDefault(call => call.Wait is not null);
        return new StepWait
        {
            Signal = call?.Wait?.Signal,
            Due = call?.Wait is null ? null : call.Due,
            WaitedMs = call?.Wait is not null ? Latency(step) : null,
        };
    }

    /// <summary>How long a step took, in milliseconds; null while it has not ended.</summary>
    internal static double? Latency(StepState step) =>
        step.StartedAt is { } from && step.EndedAt is { } to ? (to - from).TotalMilliseconds : null;

    private static FailureInfo Failure(
        RunState state, StepState step, ErrorCode code, RunEvent.AttemptReturned? returned)
    {
        var info = Explain(state.Catalog, code, returned);
        var first = step.Calls.FirstOrDefault(call => call.FirstFailure is not null)?.FirstFailure;
        return first is { } cause
            ? info with { Cause = $"The first call failed with {cause}. {info.Cause}".TrimEnd() } : info;
    }

    private static ExecutionInfo Execution(RunState state, StepState step, AttemptRecord last)
    {
        var (predictedCost, predictedMs, retries) = (Money.Zero, 0d, 0);
        foreach (var call in step.Calls)
        {
            retries += Math.Max(0, call.Attempts - 1);
            foreach (var attempt in call.History)
            {
                predictedCost += attempt.Started.PredictedCost;
                predictedMs += attempt.Started.PredictedLatencyMs;
            }
        }
        return new ExecutionInfo
        {
            Skill = last.Started.Skill,
            SkillVersion = last.Started.SkillVersion,
            LatencyMs = Latency(step) ?? 0,
            Cost = step.Cost,
            PredictedCost = predictedCost,
            PredictedLatencyMs = predictedMs,
            Retries = retries,
            CacheHit = last.Returned?.CacheHit ?? false,
            Tainted = Policies.Taint.IsResultTainted(state, step),
            IdempotencyKey = step.Program.ForEach is null
                ? Identity.IdempotencyKey(state.Submitted!, step.Calls[0].Key, step.Calls[0].IsFallback)
                : null,
        };
    }

    private static NextActions Next(RunState state, ErrorCode code)
    {
        var entry = state.Catalog.Match(code);
        return new NextActions
        {
            Suggested = entry is null ? [] : [entry.Cure],
            Blocked = entry?.Retry is null ? ["retry: the same call would fail again"] : [],
            BudgetImpact = $"{state.Free.Cents} cents of {state.Limit.Cents} are free",
        };
    }

    private static string SpanId(RunState state, StepId step) => Identity.Span(state.Submitted!.RunId, step);

    private static bool IsGood(OutcomeStatus status) =>
        status is OutcomeStatus.Success or OutcomeStatus.Partial or OutcomeStatus.Skipped;
}
