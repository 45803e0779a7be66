using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Effects;
using Aos.Runtime.Journals;
using Aos.Runtime.Telemetry;

namespace Aos.Runtime.Runs;

/// <summary>Drives one run: takes facts, asks the kernel, hands the events to the writer, and performs the effects,
/// those that must wait for the disk when the events before them are durable. It decides nothing.</summary>
/// <remarks>An actor: whoever has something for it leaves it in the mailbox and sees to it that the loop is active; one
/// thread at a time drives it, and nobody ever waits inside. One slice of events is on its way to the disk at a time;
/// what happens meanwhile becomes the next.</remarks>
#pragma warning disable CA1001 // The loop disposes its timer when it ends.
internal sealed partial class RunLoop : IThreadPoolWorkItem, ISliceOwner
#pragma warning restore CA1001
{
    /// <summary>Events that may wait for the disk before the run takes no more facts.</summary>
    private const int PendingEventsMax = 512;

    private readonly RunServices _services;
    private readonly RunEffects _effects;
    private readonly RunTimer _timer;
    private readonly TaskCompletionSource? _cleared;
    private readonly RunWatch _watch = new();
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<long> _delivered = [];

    // The mailbox, which the gate guards.
    private readonly Lock _gate = new();
    private readonly Queue<Incoming> _mail = new(4);
    private SliceFate? _fate;
    private bool _active;
    private bool _closing;
    private bool _stopped;
    private bool _unloadAsked;
    private bool _unloaded;
    private long _idleSince;

    // What only the driving thread touches.
    private readonly PendingSlice _pending;
    private readonly Queue<(RunState State, Effect Effect)> _held = new();
    private RunState _state;
    private RunState _durable;
    private RunState? _sent;

    // Its release is not durable yet: were it tried now and brought its host down, it would be quarantined for ever.
    private bool _isReleased;

    // What is told of the run to whoever listens; null where nobody does.
    private RunTrace? _trace;

    // Up to where the journal has an answer that cannot be asked for again.
    private long _keep;
    private bool _draining;
    private bool _sentClear;

    /// <summary>A loop that goes on from a state.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="services">What runs share.</param>
    /// <param name="state">The state.</param>
    /// <param name="head">The hash of the last link.</param>
    /// <param name="stored">The row that the store has; null for a new run.</param>
    /// <param name="prefix">The events of the state, where the store does not have them yet as this run's.</param>
    public RunLoop(RunId runId, RunServices services, RunState state, ReadOnlyMemory<byte> head, RunRow? stored,
        IReadOnlyList<RunEvent>? prefix = null)
    {
        RunId = runId;
        _services = services;
        _state = state;
        _durable = prefix is null ? state : RunState.Empty(services.Documents);
        _timer = new RunTimer(services, TellTime);
        _effects = new RunEffects(services, this);
        _pending = new PendingSlice(runId, _durable, head, stored, services.Tenancies, prefix, services.Announces);
        _isReleased = stored?.Status == RunStatus.Quarantined;
        if (!_pending.IsClear) _cleared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public RunId RunId { get; }

    /// <summary>Looks into the store's inbox for what was left for runs; null where nobody does.</summary>
    public Func<Task>? Look { get; init; }

    /// <summary>The state up to the last event that is known to be durable: all that may be shown.</summary>
    public RunState Shown => Volatile.Read(ref _durable);

    /// <summary>The state up to the last event, durable or not: what the run itself may see, and nobody else.</summary>
    public RunState Current => Volatile.Read(ref _state);

    /// <summary>The moment of the last event, durable or not: facts from outside are never stamped before it.</summary>
    public DateTimeOffset LastAt => Volatile.Read(ref _state).LastAt;

    /// <summary>Whether this process still works on the run.</summary>
    public bool IsAlive => !Volatile.Read(ref _stopped);

    /// <summary>Ends when the loop has stopped, and nothing that it began is in flight: the run ended, the process is
    /// shutting down, or the store failed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Ends when the first events are durable: the run is admitted.</summary>
    public Task Admitted => _admitted.Task;

    /// <summary>Ends when the run ended or waits for somebody, and everything up to there is durable.</summary>
    public Task WhenSettledAsync(CancellationToken cancel) => _watch.WaitAsync(cancel);

    /// <summary>Attempts and plannings in flight, as the journal has them.</summary>
    public int InFlight
    {
        get
        {
            var state = Volatile.Read(ref _state);
            return state.InFlight + (state.IsPlanning ? 1 : 0);
        }
    }

    /// <summary>When the run goes on by itself; null for never.</summary>
    public DateTimeOffset? NextWake => Volatile.Read(ref _state).NextWake;

    /// <summary>Whether the run waits and has left the memory: whoever needs it reads it again.</summary>
    public bool IsUnloaded => Volatile.Read(ref _unloaded);

    /// <summary>Whether the run has waited for so long without news, and nobody follows it.</summary>
    public bool IsIdleFor(TimeSpan span) => Volatile.Read(ref _idleSince) is not 0 and var since && !_watch.IsFollowed
        && _services.Time.GetElapsedTime(since) >= span;

    /// <summary>The spans of the run; null where nobody listens. Only for the driving thread.</summary>
    public RunTrace? Trace => _trace;

    /// <summary>Starts the loop with its first facts. A run that was taken on and waits for somebody has
    /// none.</summary>
    public void Start(IReadOnlyList<Incoming> first)
    {
        lock (_gate)
        {
            foreach (var incoming in first)
            {
                _watch.Expect();
                _mail.Enqueue(incoming);
            }
            Activate();
        }
    }

    /// <summary>Ends once it is durable that the run has got further than where its owners died, or when the loop has
    /// stopped; at once for a run whose owners did not die.</summary>
    public Task WhenClearedAsync(CancellationToken cancel) => _cleared?.Task.WaitAsync(cancel) ?? Task.CompletedTask;

    /// <summary>Asks the loop to end if the run still waits once it comes to that, with nothing on the way to
    /// it.</summary>
    public void AskToUnload()
    {
        lock (_gate)
        {
            _unloadAsked = true;
            if (!_stopped) Activate();
        }
    }

    /// <summary>Hands a fact to the loop; false where it has stopped.</summary>
    public bool Post(Incoming incoming)
    {
        _watch.Expect();
        lock (_gate)
        {
            if (!_stopped)
            {
                _mail.Enqueue(incoming);
                Activate();
                return true;
            }
        }
        _watch.Took();
        return false;
    }

    /// <summary>Hands over a fact of the store's inbox, once. Only one caller at a time.</summary>
    public void Deliver(Incoming incoming)
    {
        if (incoming.InboxId is { } id && _delivered.Add(id)) Post(incoming);
    }

    /// <summary>Starts nothing new, and stops once what is in flight has come back and is written.</summary>
    public void Drain() => Post(Incoming.Drain);

    /// <summary>Stops working on the run, which can then be resumed. What has been decided is still written.</summary>
    public void Close()
    {
        _effects.Close();
        lock (_gate)
        {
            _closing = true;
            if (!_stopped) Activate();
        }
    }

    // Who decided in time is not too late because the run has yet to hear of it.
    private void TellTime(RunEvent.Fact fact)
    {
        if (Look is { } look && Current.HasExpiredRequest(fact.At))
            _ = _services.Work.StartAsync(() => TellTimeAsync(fact, look));
        else Post(new Incoming(fact));
    }

    private async Task TellTimeAsync(RunEvent.Fact fact, Func<Task> look)
    {
        try
        {
            await look().ConfigureAwait(false);
        }
        finally
        {
            Post(new Incoming(fact));
        }
    }

    void ISliceOwner.OnWritten(SliceFate fate)
    {
        lock (_gate)
        {
            _fate = fate;
            Activate();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            do Drive();
            while (!TryRest());
        }
        catch (Exception error)
        {
            Stop(error);
        }
    }

    // Under the gate.
    private void Activate()
    {
        if (_active) return;
        _active = true;
        _services.Work.Queue(this);
    }

    private bool TryRest()
    {
        lock (_gate)
        {
            if (!_stopped && (_fate is not null || (_mail.Count > 0 && CanTake))) return false;
            _active = false;
            return true;
        }
    }

    private bool CanTake => !_closing && _state.Ended is null && _pending.Count < PendingEventsMax;

    private void Drive()
    {
        if (!IsAlive) return;
        if (TakeFate() is { } fate) OnWritten(fate);
        while (TryReceive(out var incoming)) Receive(incoming);
        if (_sent is null && !_pending.IsEmpty) Send();
        if (_sent is null) OnIdle();
    }

    private SliceFate? TakeFate()
    {
        lock (_gate)
        {
            var fate = _fate;
            _fate = null;
            return fate;
        }
    }

    private bool TryReceive(out Incoming incoming)
    {
        lock (_gate)
        {
            incoming = default;
            return CanTake && _mail.TryDequeue(out incoming);
        }
    }

    private void Receive(in Incoming incoming)
    {
        if (incoming.Failure is { } failure) throw failure;
        _draining |= incoming.IsDrain;
        if (!_draining) Take(incoming);
        else if (incoming.WhileDraining() is { } answer) Take(answer);
        _watch.Took();
    }

    private void Take(in Incoming incoming)
    {
        Volatile.Write(ref _idleSince, 0);
        // Facts come from several threads: the journal's time never runs backwards.
        var fact = incoming.Fact.At >= _state.LastAt ? incoming.Fact : incoming.Fact with { At = _state.LastAt };
        var transition = _services.Rules(_state, fact);
        _pending.Add(transition, incoming);
        if (fact is RunEvent.AttemptReturned returned && !CanBeAskedAgain(_state, returned))
            _keep = transition.State.Seq;
        Volatile.Write(ref _state, transition.State);
        _services.Metrics?.Observe(transition.State, transition.Events);
        if (RunTracing.IsHeard)
            (_trace ??= new RunTrace(_services.TraceContents)).Observe(transition.State, transition.Events);
        foreach (var effect in transition.Effects)
            if (MustWait(effect)) _held.Enqueue((_state, effect));
            else _effects.Perform(_state, effect);
    }

    // Effects keep their order. Pure calls never wait, not even for the run to be admitted: a crash takes both, and
    // nobody was told of either. Nothing else is done for a run that nobody could find again.
    // An answer that changed the world or cost money is durable before anything else is begun: lost in a crash, it
    // would have to be settled by a person, or paid for again.
    private bool MustWait(Effect effect) =>
        _held.Count > 0 || effect.WaitsForDurability || _isReleased || _durable.Seq < _keep
        || (_durable.Submitted is null && effect is not Effect.InvokeSkill { Class: EffectClass.Pure });

    private static bool CanBeAskedAgain(RunState state, RunEvent.AttemptReturned returned)
    {
        if (returned.Cost > Money.Zero) return false;
        if (state.Step(returned.StepId) is not { } step) return true;
        foreach (var call in step.Calls)
            if (call.Key.Item == returned.Item)
                return call.Last?.Started.Effect is null or EffectClass.Pure or EffectClass.Read;
        return true;
    }

    private void Send()
    {
        _sent = _state;
        _sentClear = _pending.IsClear;
        _services.Writer.Enqueue(_pending.Take(_state), this);
    }

    private void OnWritten(SliceFate fate)
    {
        fate.Require(RunId);
        Volatile.Write(ref _durable, _sent!);
        _isReleased = false;
        _sent = null;
        _admitted.TrySetResult();
        if (_sentClear) _cleared?.TrySetResult();
        while (_held.TryPeek(out var held) && held.State.Seq <= _durable.Seq)
        {
            _held.Dequeue();
            _effects.Perform(held.State, held.Effect);
        }
    }

    // Everything is durable, and there is nothing to take.
    private void OnIdle()
    {
        if (_state.Ended is not null)
        {
            _watch.End();
            Stop(error: null);
            return;
        }
        bool closing;
        lock (_gate)
        {
            closing = _closing;
            if (!closing && _mail.Count > 0) return;
        }
        if (_draining && !closing && InFlight > 0) return; // What the time brings is for the next owner.
        // A process that goes down is no failure of a call: its callers are told that the run goes on elsewhere.
        if (closing || _draining)
            throw new StoreException(
                ErrorCodes.StorageUnavailable, $"This runtime was closed; run {RunId} can be resumed.");
        _timer.Set(_state.NextWake);
        if (_state.Status != RunStatus.Waiting) return;
        if (!_pending.IsClear && !_state.IsBackingOff)
        {
            _pending.Forgive();
            Send();
            return;
        }
        // A step that waits for somebody does not keep the others from being tried again.
        if (!_state.GoesOnByItself) _watch.Settle();
        if (TryUnload()) return;
        if (_idleSince == 0) Volatile.Write(ref _idleSince, _services.Time.GetTimestamp());
    }

    private bool TryUnload()
    {
        lock (_gate)
        {
            if (!_unloadAsked) return false;
            _unloadAsked = false;
            if (_mail.Count > 0 || _watch.IsFollowed) return false;
            Volatile.Write(ref _unloaded, true);
            Volatile.Write(ref _stopped, true); // Nothing is handed to it any more.
        }
        _watch.Settle(); // Who came at the last moment looks again.
        Stop(error: null);
        return true;
    }

    private void Stop(Exception? error)
    {
        lock (_gate) Volatile.Write(ref _stopped, true);
        _timer.Dispose();
        _trace?.Leave(_state);
        _cleared?.TrySetResult();
        if (error is not null)
        {
            if (_admitted.TrySetException(error)) _ = _admitted.Task.Exception; // Observed: nobody may be waiting.
            _watch.Fail(error);
        }
        _effects.Close();
        var defect = error is null or StoreException ? null : error;
        _ = _effects.WhenIdleAsync().ContinueWith(_ =>
        {
            if (defect is null) _completion.TrySetResult();
            else _completion.TrySetException(defect);
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
