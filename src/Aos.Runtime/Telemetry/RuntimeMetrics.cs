using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Telemetry;

/// <summary>What runs do, as instruments of the meter <see cref="MeterName"/>: counted from the events that the kernel
/// decides, so that they say what the journals say. No contents and no names of tenants, agents or runs are among the
/// labels, and labels are bounded. Thread-safe.</summary>
/// <remarks>Counts are of this process and begin at 0 with it. What was counted just before a crash may be counted once
/// more by whoever goes on with the run.</remarks>
public sealed class RuntimeMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Aos";

    private const int CodesMax = 200;
    private const double NanoPerUsd = 1e9;

    private static readonly InstrumentAdvice<double> Latencies = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private static readonly InstrumentAdvice<double> Commits = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _calls;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _steps;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _commits;
    private readonly Histogram<int> _batches;
    private readonly ConcurrentDictionary<string, byte> _codes = new(StringComparer.Ordinal);

    /// <summary>Makes the instruments.</summary>
    public RuntimeMetrics()
    {
        _calls = _meter.CreateCounter<long>(
            "aos_skill_calls", description: "Attempts of skills that came back, by skill and status.");
        _errors = _meter.CreateCounter<long>(
            "aos_skill_errors", description: "Attempts of skills that failed, by skill and code.");
        _steps = _meter.CreateHistogram(
            "aos_step_latency", "s", "From the first attempt of a step to its end, by skill.", advice: Latencies);
        _cost = _meter.CreateCounter<double>(
            "aos_run_cost_usd", description: "What attempts and planners cost, in US dollars.");
        _submitted = _meter.CreateCounter<long>("aos_runs_submitted", description: "Runs that were admitted.");
        _ended = _meter.CreateCounter<long>("aos_runs_ended", description: "Runs that ended, by status.");
        _failures = _meter.CreateCounter<long>("aos_run_failures", description: "Runs that failed, by code.");
        _commits =
            _meter.CreateHistogram("aos_journal_commit_latency", "s", "Commits of the journal.", advice: Commits);
        _batches = _meter.CreateHistogram(
            "aos_journal_batch_size", description: "Slices that one commit of the journal holds.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Reads gauges of a runtime whenever they are asked for.</summary>
    internal void Watch(Func<int> queued, Func<int> loaded, Func<int> inFlight)
    {
        _meter.CreateObservableGauge(
            "aos_journal_queue_depth", queued, description: "Slices that wait for the next commit.");
        _meter.CreateObservableGauge("aos_runs_loaded", loaded, description: "Runs in the memory of this process.");
        _meter.CreateObservableGauge(
            "aos_calls_in_flight", inFlight, description: "Attempts and questions to planners in flight.");
    }

    /// <summary>Counts what was decided.</summary>
    /// <param name="state">The state after the events.</param>
    /// <param name="events">The events.</param>
    internal void Observe(RunState state, ImmutableArray<RunEvent> events)
    {
        foreach (var e in events)
            switch (e)
            {
                case RunEvent.RunSubmitted: _submitted.Add(1); break;
                case RunEvent.AttemptReturned returned: Count(state, returned); break;
                case RunEvent.StepEnded ended: Count(state, ended); break;
                case RunEvent.PlannerAnswered { Cost.NanoUsd: > 0 } planned:
                    _cost.Add(planned.Cost.NanoUsd / NanoPerUsd); break;
                case RunEvent.RunEnded run: Count(run); break;
            }
    }

    /// <summary>Counts a commit.</summary>
    internal void Observe(int slices, TimeSpan took)
    {
        _commits.Record(took.TotalSeconds);
        _batches.Record(slices);
    }

    private void Count(RunState state, RunEvent.AttemptReturned returned)
    {
        var skill = KeyValuePair.Create("skill", (object?)SkillOf(state, returned.StepId, returned.Item));
        _calls.Add(1, skill, KeyValuePair.Create("status", (object?)Word(returned.Status)));
        if (returned.Status == OutcomeStatus.Failure) _errors.Add(1, skill, CodeOf(returned.Code));
        if (returned.Cost.NanoUsd > 0) _cost.Add(returned.Cost.NanoUsd / NanoPerUsd);
    }

    private void Count(RunState state, RunEvent.StepEnded ended)
    {
        if (state.Step(ended.StepId)?.StartedAt is not { } began) return;
        _steps.Record(
            Math.Max(0, (ended.At - began).TotalSeconds),
            KeyValuePair.Create("skill", (object?)SkillOf(state, ended.StepId, null)));
    }

    private void Count(RunEvent.RunEnded run)
    {
        _ended.Add(1, KeyValuePair.Create("status", (object?)(run.Status switch
        {
            RunStatus.Completed => "completed",
            RunStatus.Cancelled => "cancelled",
            _ => "failed",
        })));
        if (run.Status == RunStatus.Failed) _failures.Add(1, CodeOf(run.Code));
    }

    // Skills are registered, so there are few; a step without one waits.
    private static string SkillOf(RunState state, StepId step, int? item)
    {
        if (state.Step(step) is not { } known) return "none";
        foreach (var call in known.Calls)
            if ((item is null || call.Key.Item == item) && call.Last is { } last) return last.Started.Skill.Value;
        return known.Program.Source.Skill?.Name.Value ?? "none";
    }

    // Skills make up codes of their own: a defect must not make a series for each call.
    private KeyValuePair<string, object?> CodeOf(ErrorCode code)
    {
        var text = code.Value;
        if (!_codes.ContainsKey(text) && (_codes.Count >= CodesMax || !_codes.TryAdd(text, 0))) text = "OTHER";
        return KeyValuePair.Create("code", (object?)text);
    }

    private static string Word(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Success => "success",
        OutcomeStatus.Failure => "failure",
        OutcomeStatus.Cancelled => "cancelled",
        _ => "unknown",
    };
}
