namespace Aos.Simulation.Tests.Pump;

/// <summary>Runs everything of a simulation on one thread: what is ready in an order that the seed draws, and where
/// nothing is ready, the next timer, to which virtual time leaps.</summary>
internal sealed class WorkPump(ulong seed)
{
    private readonly Dice _order = new(seed);
    private readonly List<Work> _ready = [];
    private readonly List<Work> _held = [];
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private readonly List<VirtualTimer> _periodic = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _armed;
    private volatile bool _isOver;

    /// <summary>Virtual ticks since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>How much has been run: the length of the simulation.</summary>
    public long Steps { get; private set; }

    /// <summary>Nothing is run any more.</summary>
    public void End() => _isOver = true;

    public void Enqueue(ProcessContext process, SendOrPostCallback call, object? state)
    {
        if (_isOver) return; // The garbage collector tells timers that they are gone.
        // Whatever comes from another thread comes at another moment each time.
        if (Environment.CurrentManagedThreadId != _thread)
            Environment.FailFast($"Work of {process.Name} escaped to another thread:\n{Environment.StackTrace}");
        _ready.Add(new Work(process, call, state));
    }

    public void Release(ProcessContext process)
    {
        _ready.AddRange(_held.Where(work => work.Process == process));
        _held.RemoveAll(work => work.Process == process);
    }

    /// <summary>Does one thing; false where nothing will ever happen again.</summary>
    public bool Step()
    {
        while (_ready.Count > 0)
        {
            var at = _order.Below(_ready.Count);
            var work = _ready[at];
            _ready[at] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (!work.Process.IsAlive) continue;
            if (work.Process.IsHeld)
            {
                _held.Add(work);
                continue;
            }
            Steps++;
            SynchronizationContext.SetSynchronizationContext(work.Process);
            work.Call(work.State);
            return true;
        }
        return FireNext();
    }

    public void Arm(VirtualTimer timer, long due)
    {
        timer.Due = due;
        timer.Order = ++_armed;
        if (!timer.IsPeriodic) _timers.Enqueue(timer, (due, timer.Order));
        else if (!_periodic.Contains(timer)) _periodic.Add(timer);
    }

    public void Disarm(VirtualTimer timer)
    {
        timer.Order = 0;
        if (timer.IsPeriodic) _periodic.Remove(timer);
    }

    // A timer that ticks for ever would make a long wait as long to simulate. It ticks once between two other timers,
    // as on a machine that has no time for more: no tick says anything that the next one does not.
    private bool FireNext()
    {
        while (_timers.TryPeek(out var gone, out var armed) && (gone.Order != armed.Order || !gone.Process.IsAlive))
            _timers.Dequeue();
        _periodic.RemoveAll(timer => !timer.Process.IsAlive);
        var next = _timers.TryPeek(out var single, out _) ? single : null;
        VirtualTimer? tick = null;
        foreach (var timer in _periodic)
            if (!timer.HasTicked && (next is null || timer.Due <= next.Due) && (tick is null || timer.Due < tick.Due))
                tick = timer;
        if (tick is not null)
        {
            Now = Math.Max(Now, tick.Due);
            tick.HasTicked = true;
            tick.Due = Now + tick.Period;
            tick.Fire();
            return true;
        }
        if (next is null) return false;
        _timers.Dequeue();
        Now = Math.Max(Now, next.Due);
        foreach (var timer in _periodic) timer.HasTicked = false;
        next.Order = 0;
        next.Fire();
        return true;
    }

    private readonly record struct Work(ProcessContext Process, SendOrPostCallback Call, object? State);
}
