using System.Text.Json.Nodes;
using Aos.Abstractions.Storage;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Queries;

/// <summary>How the calls of a skill went, counted from the journals of the newest runs.</summary>
internal sealed class SkillStatistics(SkillName skill)
{
    /// <summary>How many runs are looked at, the newest.</summary>
    public const int RunsMax = 200;

    private readonly SortedDictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<double> _latencies = [];
    private int _runs;
    private int _calls;
    private int _succeeded;
    private int _lost;
    private Money _cost;

    /// <summary>Reads the journals.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask ReadAsync(IStore store, string? tenant, CancellationToken cancel)
    {
        foreach (var row in await store.ListRunsAsync(new RunFilter { Tenant = tenant, Limit = RunsMax }, cancel)
            .ConfigureAwait(false))
        {
            var mine = new HashSet<(StepId, int?, int)>();
            foreach (var segment in await store.ReadAsync(row.RunId, 0, cancel).ConfigureAwait(false))
                foreach (var e in JournalReader.Decode(row.RunId, segment)) Count(e, mine);
            _runs++;
        }
    }

    /// <summary>The figures: calls that were made, how they ended, and how long those took that came back.</summary>
    public JsonObject ToJson()
    {
        _latencies.Sort();
        return new JsonObject
        {
            ["runs_read"] = _runs,
            ["calls"] = _calls,
            ["succeeded"] = _succeeded,
            ["failed"] = _codes.Values.Sum(),
            ["unanswered"] = _calls - _succeeded - _codes.Values.Sum(),
            ["lost"] = _lost,
            ["failures_by_code"] =
                new JsonObject(_codes.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["latency_ms"] = _latencies.Count == 0 ? null : new JsonObject
            {
                ["p50"] = Percentile(50),
                ["p95"] = Percentile(95),
                ["p99"] = Percentile(99),
                ["max"] = _latencies[^1],
            },
            ["cost_cents"] = _cost.Cents,
        };
    }

    private void Count(RunEvent e, HashSet<(StepId, int?, int)> mine)
    {
        switch (e)
        {
            case RunEvent.AttemptStarted started when started.Skill == skill:
                mine.Add((started.StepId, started.Item, started.Attempt));
                _calls++;
                break;
            case RunEvent.AttemptLost lost when mine.Contains((lost.StepId, lost.Item, lost.Attempt)):
                _lost++;
                break;
            case RunEvent.AttemptReturned returned when mine.Remove((returned.StepId, returned.Item, returned.Attempt)):
                _latencies.Add(returned.LatencyMs);
                _cost += returned.Cost;
                if (returned.Status is OutcomeStatus.Success or OutcomeStatus.Partial) _succeeded++;
                else _codes[returned.Code.Value] = _codes.GetValueOrDefault(returned.Code.Value) + 1;
                break;
            default: break;
        }
    }

    // Nearest rank: a figure that was measured, not one between two.
    private double Percentile(int percent) => _latencies[(int)Math.Ceiling(_latencies.Count * percent / 100d) - 1];
}
