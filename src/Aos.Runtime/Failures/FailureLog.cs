using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Runtime.Failures;

/// <summary>Reads failed attempts, and what came of trying again, out of the events of one run. Not
/// thread-safe.</summary>
internal sealed class FailureLog(RunId run)
{
    private readonly List<FailureLogEntry> _entries = [];
    private readonly Dictionary<(StepId, int?), RunEvent.AttemptStarted> _started = [];
    private readonly Dictionary<(StepId, int?), int> _failed = [];

    /// <summary>The failed attempts so far, in their order.</summary>
    public IReadOnlyList<FailureLogEntry> Entries => _entries;

    /// <summary>Takes the next event.</summary>
    public void Take(RunEvent e)
    {
        switch (e)
        {
            case RunEvent.AttemptStarted started: Take(started); break;
            case RunEvent.AttemptReturned returned: Take(returned); break;
            case RunEvent.RetryScheduled retry: Mark((retry.StepId, retry.Item), "retry"); break;
            case RunEvent.FallbackChosen fallback: Mark((fallback.StepId, fallback.Item), "fallback"); break;
            default: break;
        }
    }

    private void Take(RunEvent.AttemptStarted started) => _started[(started.StepId, started.Item)] = started;

    private void Take(RunEvent.AttemptReturned returned)
    {
        var call = (returned.StepId, returned.Item);
        // A late answer was given up before: what was decided then stands.
        if (!_started.TryGetValue(call, out var started) || started.Attempt != returned.Attempt) return;
        _started.Remove(call);
        var isSuccess = returned.Status is OutcomeStatus.Success or OutcomeStatus.Partial;
        if (_failed.Remove(call, out var before) && _entries[before].Then != "none")
            _entries[before] = _entries[before] with { Recovered = isSuccess };
        if (returned.Status != OutcomeStatus.Failure) return;
        _failed[call] = _entries.Count;
        _entries.Add(new FailureLogEntry
        {
            At = returned.At,
            RunId = run,
            StepId = returned.StepId,
            Item = returned.Item,
            Attempt = returned.Attempt,
            Skill = started.Skill,
            SkillVersion = started.SkillVersion,
            Code = returned.Code,
            Message = returned.Message,
            Cost = returned.Cost,
            LatencyMs = returned.LatencyMs,
            Then = "none",
        });
    }

    private void Mark((StepId, int?) call, string then)
    {
        if (_failed.TryGetValue(call, out var at)) _entries[at] = _entries[at] with { Then = then };
    }

    /// <summary>Counts failed attempts by skill and code, the most frequent first.</summary>
    public static IReadOnlyList<RecoveryRecord> Count(IEnumerable<FailureLogEntry> entries) =>
    [
        .. entries.GroupBy(entry => (entry.Skill, entry.Code)).Select(group => new RecoveryRecord
        {
            Skill = group.Key.Skill,
            Code = group.Key.Code,
            Failures = group.Count(),
            Tries = group.Count(entry => entry is { Then: "retry", Recovered: not null }),
            Successes = group.Count(entry => entry is { Then: "retry", Recovered: true }),
            Fallbacks = group.Count(entry => entry is { Then: "fallback", Recovered: not null }),
            FallbackSuccesses = group.Count(entry => entry is { Then: "fallback", Recovered: true }),
        }).OrderByDescending(record => record.Failures)
            .ThenBy(record => record.Skill.Value, StringComparer.Ordinal)
            .ThenBy(record => record.Code.Value, StringComparer.Ordinal),
    ];
}
