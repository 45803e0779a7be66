using Aos.Abstractions.Storage;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Queries;

/// <summary>Scores the estimates of skills against what came, from the journals of the newest runs. Not
/// thread-safe.</summary>
internal sealed class Calibration
{
    /// <summary>Of fewer calls no percentile is learned, as in the ledger's soft mode.</summary>
    public const int LearnedMin = 20;

    private const int PageMax = 1_000;
    private readonly SortedDictionary<(string Name, SkillVersion Version), List<Call>> _calls = [];
    private int _runs;

    private readonly record struct Call(
        DateTimeOffset At, double Cost, double PredictedCost, double Latency, double PredictedLatency);

    /// <summary>Reads the journals of at most so many runs of a tenant, the newest; null: of all tenants.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask ReadAsync(IStore store, string? tenant, int runsMax, CancellationToken cancel)
    {
        RunId? before = null;
        while (_runs < runsMax)
        {
            var limit = Math.Min(runsMax - _runs, PageMax);
            var page = await store.ListRunsAsync(
                new RunFilter { Tenant = tenant, Before = before, Limit = limit }, cancel).ConfigureAwait(false);
            foreach (var row in page)
            {
                _runs++;
                if (row.Status == RunStatus.Quarantined) continue; // What cannot be read has nothing to say here.
                var open = new Dictionary<(StepId, int?, int), RunEvent.AttemptStarted>();
                foreach (var segment in await store.ReadAsync(row.RunId, 0, cancel).ConfigureAwait(false))
                    foreach (var e in JournalReader.Decode(row.RunId, segment)) Take(e, open);
            }
            if (page.Count < limit) return;
            before = page[^1].RunId;
        }
    }

    /// <summary>The scores so far.</summary>
    public CalibrationReport Report() => new()
    {
        RunsRead = _runs,
        Skills = ValueList.From(_calls.Select(pair => Score(pair.Key.Name, pair.Key.Version, pair.Value))),
    };

    private void Take(RunEvent e, Dictionary<(StepId, int?, int), RunEvent.AttemptStarted> open)
    {
        if (e is RunEvent.AttemptStarted started)
        {
            open[(started.StepId, started.Item, started.Attempt)] = started;
            return;
        }
        // What was cut short says nothing of what the call would have come to.
        if (e is not RunEvent.AttemptReturned
            {
                Status: not (OutcomeStatus.Cancelled
            or OutcomeStatus.Unknown)
            } returned
            || !open.Remove((returned.StepId, returned.Item, returned.Attempt), out var call)) return;
        var key = (call.Skill.Value, call.SkillVersion);
        if (!_calls.TryGetValue(key, out var list)) _calls[key] = list = [];
        list.Add(
            new Call(
                returned.At, (double)returned.Cost.Cents, (double)call.PredictedCost.Cents, returned.LatencyMs,
                call.PredictedLatencyMs));
    }

    private static SkillCalibration Score(string name, SkillVersion version, List<Call> calls)
    {
        calls.Sort((left, right) => left.At.CompareTo(right.At));
        return new SkillCalibration
        {
            Skill = new SkillRef(SkillName.Parse(name), VersionRange.Exactly(version)),
            Calls = calls.Count,
            CostCents = Score([.. calls.Select(call => (call.Cost, call.PredictedCost))], digits: 7),
            LatencyMs = Score([.. calls.Select(call => (call.Latency, call.PredictedLatency))], digits: 3),
        };
    }

    private static EstimateScore Score(List<(double Actual, double Predicted)> calls, int digits)
    {
        var half = calls.Count / 2;
        double? p95 = half < LearnedMin ? null : P95(calls.Take(half).Select(call => call.Actual));
        return new EstimateScore
        {
            Predicted = Math.Round(calls.Average(call => call.Predicted), digits),
            Actual = Math.Round(calls.Average(call => call.Actual), digits),
            MeanError = Math.Round(calls.Average(call => Math.Abs(call.Actual - call.Predicted)), digits),
            Bias = Math.Round(calls.Average(call => call.Actual - call.Predicted), digits),
            Within = Share(calls, call => call.Actual <= call.Predicted),
            P95 = p95,
            P95Coverage = p95 is { } most ? Share([.. calls.Skip(half)], call => call.Actual <= most) : null,
        };
    }

    private static double Share(
        List<(double Actual, double Predicted)> calls, Func<(double Actual, double Predicted), bool> holds) =>
        Math.Round((double)calls.Count(holds) / calls.Count, 4);

    // Nearest rank: a figure that was measured.
    private static double P95(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted[(int)Math.Ceiling(sorted.Length * 0.95) - 1];
    }
}
