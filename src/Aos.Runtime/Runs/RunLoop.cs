using System.Threading.Channels;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Effects;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Runs;

/// <summary>Drives one run: takes a fact, asks the kernel, queues the events, waits for durability where an effect asks
/// for it, and performs the effects. It decides nothing.</summary>
#pragma warning disable CA1001 // The loop disposes its timer when it ends.
internal sealed class RunLoop
#pragma warning restore CA1001
{
    private readonly RunServices _services;
    private readonly Channel<Incoming> _inbox;
    private readonly RunEffects _effects;
    private readonly RunTimer _timer;
    private readonly RunProjection _projection;
    private readonly CancellationToken _shutdown;
    private readonly TaskCompletionSource _firstWrite = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunWatch _watch = new();
    private readonly HashSet<long> _delivered = [];
    private RunState _state;
    private RunState _durable;
    private bool _stopped;
    private ReadOnlyMemory<byte> _head;
    private Task<bool> _lastWrite = Task.FromResult(true);

    public RunLoop(RunId runId, RunServices services, RunState state, ReadOnlyMemory<byte> head, CancellationToken shutdown)
    {
        RunId = runId;
        _services = services;
        _state = _durable = state;
        _head = head;
        _shutdown = shutdown;
        _inbox = Channel.CreateUnbounded<Incoming>(new UnboundedChannelOptions { SingleReader = true });
        _timer = new RunTimer(services, fact => Post(new Incoming(fact)));
        _effects = new RunEffects(services, incoming => Post(incoming), shutdown);
        _projection = new RunProjection(state);
    }

    public RunId RunId { get; }

    /// <summary>The state up to the last event that is known to be durable: all that may be shown.</summary>
    public RunState Shown => Volatile.Read(ref _durable);

    /// <summary>The moment of the last event, durable or not: facts from outside are never stamped before it.</summary>
    public DateTimeOffset LastAt => Volatile.Read(ref _state).LastAt;

    /// <summary>Whether this process still works on the run.</summary>
    public bool IsAlive => !Volatile.Read(ref _stopped);

    /// <summary>Ends when the loop has stopped: the run ended, the process is shutting down, or the store failed.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the loop with its first facts.</summary>
    public void Start(IEnumerable<Incoming> first)
    {
        foreach (var incoming in first) Post(incoming);
        _timer.Set(_state.NextWake);
        Completion = Task.Run(DriveAsync, CancellationToken.None);
    }

    /// <summary>Hands a fact to the loop; false where it has stopped.</summary>
    public bool Post(Incoming incoming)
    {
        _watch.Expect();
        if (_inbox.Writer.TryWrite(incoming)) return true;
        _watch.Took();
        return false;
    }

    /// <summary>Hands over a fact of the store's inbox, once. Only one caller at a time.</summary>
    public void Deliver(Incoming incoming)
    {
        if (incoming.InboxId is { } id && _delivered.Add(id)) Post(incoming);
    }

    /// <summary>Ends when the first events are durable: the run is admitted.</summary>
    public Task Admitted => _firstWrite.Task;

    /// <summary>Ends when the run ended or waits for somebody, and everything up to there is durable.</summary>
    public Task WhenSettledAsync(CancellationToken cancel) => _watch.WaitAsync(cancel);

    private async Task DriveAsync()
    {
        try
        {
            await foreach (var incoming in _inbox.Reader.ReadAllAsync(_shutdown).ConfigureAwait(false))
            {
                await TakeAsync(incoming).ConfigureAwait(false);
                _watch.Took();
                if (_state.Ended is not null) break;
                if (!_inbox.Reader.TryPeek(out _)) await ShowIfSettledAsync().ConfigureAwait(false);
            }
            await FlushAsync().ConfigureAwait(false);
            _watch.End();
        }
        catch (Exception error)
        {
            // A process that goes down is no failure of a call: its callers are told that the run goes on elsewhere.
            var told = error is OperationCanceledException
                ? new StoreException(ErrorCodes.StorageUnavailable, $"This runtime was closed; run {RunId} can be resumed.", error)
                : error;
            if (_firstWrite.TrySetException(told)) _ = _firstWrite.Task.Exception; // Observed: nobody may be waiting.
            _watch.Fail(told);
            if (error is not (OperationCanceledException or StoreException)) throw;
        }
        finally
        {
            _inbox.Writer.TryComplete();
            Volatile.Write(ref _stopped, true);
            _timer.Dispose();
            await _effects.DrainAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask TakeAsync(Incoming incoming)
    {
        // Facts come from several threads: the journal's time never runs backwards.
        var fact = incoming.Fact.At >= _state.LastAt ? incoming.Fact : incoming.Fact with { At = _state.LastAt };
        var transition = RunKernel.Advance(_state, fact);
        if (!transition.Events.IsEmpty) await WriteAsync(transition, incoming).ConfigureAwait(false);
        else if (incoming.InboxId is { } id)
            await _services.Store.DiscardAsync([id], CancellationToken.None).ConfigureAwait(false);
        foreach (var effect in transition.Effects)
        {
            if (effect.WaitsForDurability) await FlushAsync().ConfigureAwait(false);
            _effects.Perform(_state, effect);
        }
        _timer.Set(_state.NextWake);
    }

    private async ValueTask WriteAsync(Transition transition, Incoming incoming)
    {
        var blobs = new List<Blob>(incoming.Blobs);
        var events = EventCodec.Encode(transition.Events.AsSpan(), blobs);
        var hash = HashChain.Next(_head.Span, events.Span);
        var slice = new JournalSlice
        {
            RunId = RunId,
            AfterSeq = _state.Seq,
            Count = transition.Events.Length,
            Events = events,
            Hash = hash,
            Row = _projection.RowAfter(transition.State, hash),
            Blobs = blobs,
            Approvals = _projection.ApprovalsIn(transition),
            Consumed = incoming.InboxId is { } id ? [id] : [],
        };
        _head = hash;
        Volatile.Write(ref _state, transition.State);
        _lastWrite = await _services.Writer.EnqueueAsync(slice, _shutdown).ConfigureAwait(false);
        if (!_firstWrite.Task.IsCompleted)
        {
            await FlushAsync().ConfigureAwait(false);
            _firstWrite.TrySetResult();
        }
    }

    /// <summary>Waits until everything queued is durable. The writer keeps the order, so the last one stands for all.</summary>
    private async ValueTask FlushAsync()
    {
        var written = _state;
        if (!await _lastWrite.ConfigureAwait(false))
            throw new StoreException(ErrorCodes.RunOwned,
                $"Another process took over run {RunId}; this one stopped working on it.");
        Volatile.Write(ref _durable, written);
    }

    private async ValueTask ShowIfSettledAsync()
    {
        // A step that waits for somebody does not keep the others from being tried again.
        if (_state.Status != RunStatus.Waiting || _state.IsBackingOff) return;
        await FlushAsync().ConfigureAwait(false);
        _watch.Settle();
    }
}

/// <summary>A fact on its way to a run.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="InboxId">Its number in the store's inbox, where it came from there.</param>
internal sealed record Incoming(RunEvent.Fact Fact, long? InboxId = null)
{
    /// <summary>Documents that the fact names and that must be stored with it.</summary>
    public IReadOnlyList<Blob> Blobs { get; init; } = [];
}
