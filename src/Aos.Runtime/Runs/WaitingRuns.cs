using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>The runs of this process that wait and are not in memory: of each no more than its name and the moment at
/// which it goes on by itself. Everything else is in the store. Thread-safe.</summary>
/// <remarks>The moments are those of the rows (<c>RunRow.WakeAt</c>), in one queue for all runs: looking whether
/// something is due costs the same for ten runs and for a hundred thousand.</remarks>
internal sealed class WaitingRuns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, DateTimeOffset> _wakes = [];
    private readonly PriorityQueue<RunId, DateTimeOffset> _queue = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _wakes.Count;
        }
    }

    /// <summary>Their names, in no order.</summary>
    public List<RunId> Ids
    {
        get
        {
            lock (_gate) return [.. _wakes.Keys];
        }
    }

    public bool Contains(RunId runId)
    {
        lock (_gate) return _wakes.ContainsKey(runId);
    }

    /// <summary>Adds a run, or gives it another moment.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="wakeAt">When it goes on by itself; null for never.</param>
    public void Add(RunId runId, DateTimeOffset? wakeAt)
    {
        lock (_gate)
        {
            _wakes[runId] = wakeAt ?? DateTimeOffset.MaxValue;
            if (wakeAt is { } at) _queue.Enqueue(runId, at);
        }
    }

    /// <summary>Removes a run; false where it is not there.</summary>
    public bool Remove(RunId runId)
    {
        lock (_gate) return _wakes.Remove(runId);
    }

    /// <summary>Removes the runs whose moment has come, earliest first.</summary>
    /// <param name="until">The moment up to which a run is due.</param>
    /// <param name="limit">At most so many.</param>
    public List<RunId> TakeDue(DateTimeOffset until, int limit)
    {
        var due = new List<RunId>();
        lock (_gate)
        {
            while (due.Count < limit && _queue.TryPeek(out var runId, out var at) && at <= until)
            {
                _queue.Dequeue();
                // An entry of a moment that no longer holds is passed over.
                if (_wakes.TryGetValue(runId, out var wake) && wake == at && _wakes.Remove(runId)) due.Add(runId);
            }
        }
        return due;
    }
}
