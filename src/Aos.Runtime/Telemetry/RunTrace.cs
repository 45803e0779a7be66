using System.Collections.Immutable;
using System.Diagnostics;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Effects;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Telemetry;

/// <summary>The spans of one run, as far as this process works on it. The trace is the one that the journal names, so a
/// process that goes on with the run adds to it: its own span of the run, with the steps that it began
/// beneath.</summary>
/// <remarks>Only for the thread that drives the run; an attempt ends its own span on whichever thread. Spans hold
/// names, codes, amounts and times; what was sent and answered only where that was asked for.</remarks>
internal sealed class RunTrace(bool withContents)
{
    private const int ContentCharactersMax = 4_096;
    private const double NanoPerUsd = 1e9;

    private readonly Dictionary<StepId, Activity> _steps = [];
    private Activity? _run;
    private bool _isBegun;

    /// <summary>The trace in which whoever asks for a run is; null where in none.</summary>
    public static (string TraceId, string Header)? ParentOf(RunRequest request)
    {
        var context = default(ActivityContext);
        if (request.TraceParent is { } header)
        {
            if (!ActivityContext.TryParse(header, traceState: null, out context)) return null;
        }
        else if (Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } current)
            context = current.Context;
        else return null;
        var flags = (context.TraceFlags & ActivityTraceFlags.Recorded) != ActivityTraceFlags.None ? "01" : "00";
        return (context.TraceId.ToHexString(), $"00-{context.TraceId}-{context.SpanId}-{flags}");
    }

    /// <summary>The newest span of the run in this process; null where it has none.</summary>
    public string? SpanId { get; private set; }

    /// <summary>Takes what was decided.</summary>
    /// <param name="state">The state after the events.</param>
    /// <param name="events">The events.</param>
    public void Observe(RunState state, ImmutableArray<RunEvent> events)
    {
        if (!_isBegun && state.Submitted is { } submitted && !events.IsEmpty) Begin(submitted, events[0]);
        if (_run is not { } run) return;
        foreach (var e in events)
            switch (e)
            {
                case RunEvent.AttemptStarted started: BeginStep(run, started); break;
                case RunEvent.ApprovalRequested asked:
                    Note(run, "aos.approval_requested", asked.StepId, asked.At); break;
                case RunEvent.RetryScheduled again: Note(run, "aos.retry_scheduled", again.StepId, again.At); break;
                case RunEvent.FallbackChosen other: Note(run, "aos.fallback_chosen", other.StepId, other.At); break;
                case RunEvent.StepEnded ended: EndStep(state, ended); break;
                case RunEvent.RunEnded ended: EndRun(state, ended); break;
            }
    }

    /// <summary>Begins the span of an attempt; null where its step has none.</summary>
    public Activity? Begin(Attempt attempt, DateTimeOffset at)
    {
        var invocation = attempt.Invocation;
        if (!_steps.TryGetValue(invocation.Call.Step, out var step)) return null;
        if (Start($"execute_tool {invocation.Skill.Name}", step.Context, at) is not { } span) return null;
        span.SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", invocation.Skill.Name.Value)
            .SetTag("gen_ai.tool.type", "function").SetTag("aos.run.id", attempt.Call.RunId?.Value)
            .SetTag("aos.step.id", invocation.Call.Step.Value).SetTag("aos.attempt", invocation.Attempt)
            .SetTag("aos.skill.version", invocation.Skill.Version.ToString());
        if (invocation.Call.Item is { } item) span.SetTag("aos.item", item);
        if (withContents) span.SetTag("gen_ai.tool.call.arguments", Cut(invocation.Input));
        return span;
    }

    /// <summary>Begins the span of a question to a planner, as the current one: beneath it stands what the planner
    /// tells.</summary>
    public Activity? BeginPlanning(int round)
    {
        if (_run is null) return null;
        return RunTracing.Source.StartActivity("plan", ActivityKind.Internal, _run.Context)?
            .SetTag("gen_ai.operation.name", "plan").SetTag("aos.run.id", _run.GetTagItem("aos.run.id"))
            .SetTag("aos.round", round);
    }

    /// <summary>Ends what is open: the run waits, or goes on in another process.</summary>
    public void Leave(RunState state)
    {
        foreach (var step in _steps.Values) Stop(step.SetTag("aos.status", "left"), at: null);
        _steps.Clear();
        if (_run is not { } run) return;
        _run = null;
        Stop(run.SetTag("aos.status", state.Status == RunStatus.Waiting ? "waiting" : "left"), at: null);
    }

    /// <summary>Ends the span of an attempt.</summary>
    public static void End(Activity span, AttemptResult result, bool withContents)
    {
        span.SetTag("aos.status", Word(result.Status)).SetTag("aos.code", Bounded(result.Code.Value));
        if (result.Cost is { NanoUsd: > 0 } cost) span.SetTag("aos.cost_usd", cost.NanoUsd / NanoPerUsd);
        if (result.CacheHit) span.SetTag("aos.cache_hit", true);
        if (withContents && result.Result is { } value) span.SetTag("gen_ai.tool.call.result", Cut(value));
        if (result.Status != OutcomeStatus.Success) Fail(span, result.Code);
        Stop(span, at: null);
    }

    /// <summary>Says that what a span stands for failed.</summary>
    public static void Fail(Activity? span, ErrorCode code) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Bounded(code.Value));

    private void Begin(RunEvent.RunSubmitted submitted, RunEvent first)
    {
        _isBegun = true; // Once: a sampler that does not want the run is not asked again.
        _run = Start($"invoke_agent {submitted.AgentId}", ContextOf(submitted), first.At);
        _run?.SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.provider.name", "aos")
            .SetTag("gen_ai.agent.id", submitted.AgentId).SetTag("gen_ai.agent.name", submitted.AgentId)
            .SetTag("aos.run.id", submitted.RunId.Value).SetTag("aos.tenant", submitted.Tenant);
        SpanId = _run?.SpanId.ToHexString();
        if (first is not RunEvent.RunSubmitted) _run?.SetTag("aos.resumed", true);
    }

    // A run that begins its trace has no span above it; that it is recorded is for the sampler to say.
    private static ActivityContext ContextOf(RunEvent.RunSubmitted submitted) =>
        submitted.TraceParent is { } header
            && ActivityContext.TryParse(header, traceState: null, isRemote: true, out var parent) ? parent
            : new ActivityContext(
                ActivityTraceId.CreateFromString(submitted.TraceId), default, ActivityTraceFlags.None);

    private void BeginStep(Activity run, RunEvent.AttemptStarted started)
    {
        if (_steps.ContainsKey(started.StepId)) return;
        if (Start($"step {started.StepId}", run.Context, started.At) is not { } step) return;
        _steps[started.StepId] =
            step.SetTag("aos.run.id", run.GetTagItem("aos.run.id")).SetTag("aos.step.id", started.StepId.Value)
            .SetTag("gen_ai.tool.name", started.Skill.Value);
    }

    private void EndStep(RunState state, RunEvent.StepEnded ended)
    {
        if (!_steps.Remove(ended.StepId, out var step)) return;
        step.SetTag("aos.status", Word(ended.Status)).SetTag("aos.attempts", state.Step(ended.StepId)?.Attempts);
        if (ended.Status is OutcomeStatus.Failure or OutcomeStatus.Unknown) Fail(step, ended.Code);
        Stop(step, ended.At);
    }

    private void EndRun(RunState state, RunEvent.RunEnded ended)
    {
        if (_run is not { } run) return;
        _run = null;
        foreach (var step in _steps.Values) Stop(step, ended.At);
        _steps.Clear();
        run.SetTag("aos.status", ended.Status switch
        {
            RunStatus.Completed => "completed",
            RunStatus.Cancelled => "cancelled",
            _ => "failed",
        });
        if (state.Spent.NanoUsd > 0) run.SetTag("aos.cost_usd", state.Spent.NanoUsd / NanoPerUsd);
        if (ended.Status == RunStatus.Failed) Fail(run, ended.Code);
        Stop(run, ended.At);
    }

    private void Note(Activity run, string name, StepId step, DateTimeOffset at) =>
        (_steps.GetValueOrDefault(step) ?? run).AddEvent(
            new ActivityEvent(name, at, new ActivityTagsCollection { ["aos.step.id"] = step.Value }));

    // Both starting and stopping change which span is current, and the driving thread belongs to no span.
    private static Activity? Start(string name, ActivityContext parent, DateTimeOffset at)
    {
        var before = Activity.Current;
        var span = RunTracing.Source.StartActivity(name, ActivityKind.Internal, parent, startTime: at);
        Activity.Current = before;
        return span;
    }

    private static void Stop(Activity span, DateTimeOffset? at)
    {
        var before = Activity.Current;
        if (at is { } end && end.UtcDateTime > span.StartTimeUtc) span.SetEndTime(end.UtcDateTime);
        span.Stop();
        Activity.Current = ReferenceEquals(before, span) ? null : before;
    }

    // Skills make up codes of their own.
    private static string Bounded(string text) => text.Length <= 64 ? text : text[..64];

    private static string Cut(Payload value)
    {
        var text = value.ToString() ?? "";
        return text.Length <= ContentCharactersMax ? text : text[..ContentCharactersMax];
    }

    private static string Word(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Success => "success",
        OutcomeStatus.Failure => "failure",
        OutcomeStatus.Partial => "partial",
        OutcomeStatus.Skipped => "skipped",
        OutcomeStatus.Cancelled => "cancelled",
        _ => "unknown",
    };
}
