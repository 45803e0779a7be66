using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Budgets;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Runs;

/// <summary>The events of a run that have not been handed to the writer, and what is stored with them. Not
/// thread-safe.</summary>
/// <param name="runId">The run.</param>
/// <param name="state">The state that the store has.</param>
/// <param name="head">The hash of the last link that the store has.</param>
/// <param name="stored">The row that the store has; null for a new run.</param>
/// <param name="tenancies">The days of tenants, in which the ledger counts.</param>
/// <param name="prefix">Events that a new run has in common with another: they come before its first.</param>
/// <param name="announces">Says of which tenants runs are announced; null: of none.</param>
internal sealed class PendingSlice(
    RunId runId, RunState state, ReadOnlyMemory<byte> head, RunRow? stored, Tenancies tenancies,
    IReadOnlyList<RunEvent>? prefix, Func<string, bool>? announces)
{
    private readonly List<RunEvent> _events = new(8);
    private readonly RunProjection _projection = new(state, stored);
    private readonly RunLedger _ledger = new(tenancies, state);
    private IReadOnlyList<RunEvent>? _prefix = prefix;
    private List<Blob> _blobs = [];
    private List<ApprovalRow>? _approvals;
    private List<long>? _consumed;
    private bool _forgiven;
    private long _afterSeq = state.Seq;

    // What was written last, where it is announced what has changed since.
    private RunState? _announced = announces is null ? null : state;
    private ReadOnlyMemory<byte> _head = head;

    /// <summary>How many events there are.</summary>
    public int Count => _events.Count;

    /// <summary>Whether no owner has died over the run since it last got further.</summary>
    public bool IsClear => _projection.Crashes == 0;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _events.Count == 0 && _consumed is null && !_forgiven;

    /// <summary>Adds what a fact led to. A fact of the inbox that led to nothing is removed from there all the
    /// same.</summary>
    public void Add(in Transition transition, in Incoming incoming)
    {
        if (_prefix is { } shared) _events.AddRange(shared);
        _prefix = null;
        _events.AddRange(transition.Events.AsSpan());
        if (incoming.Blobs is { } blobs) _blobs.AddRange(blobs);
        if (incoming.InboxId is { } id) (_consumed ??= []).Add(id);
        _projection.Note(transition, ref _approvals);
    }

    /// <summary>Forgets the owners that died over the run: it has come to where it waits, and took nobody
    /// down.</summary>
    public void Forgive()
    {
        _projection.Forgive();
        _forgiven = true;
    }

    /// <summary>Makes one slice of all of it.</summary>
    /// <param name="state">The state after the last event.</param>
    public JournalSlice Take(RunState state)
    {
        var (events, hash) =
            EventCodec.Encode(_head.Span, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_events), _blobs);
        var slice = new JournalSlice
        {
            RunId = runId,
            AfterSeq = _afterSeq,
            Count = _events.Count,
            Events = events,
            Hash = hash,
            Row = _events.Count > 0 ? _projection.RowAfter(state, hash) : _forgiven
                ? _projection.RowAfter(state, _head) : null,
            Blobs = _blobs.Count == 0 ? [] : _blobs,
            Approvals = _approvals ?? [],
            Consumed = _consumed ?? [],
            Ledger = _ledger.ChangeTo(state),
            Records = _announced is { } before && announces!(state.Submitted!.Tenant)
                ? Webhooks.RunNotices.Of(
                    before, state, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_events), _afterSeq) : [],
        };
        if (_announced is not null) _announced = state;
        if (_events.Count > 0) _head = hash;
        _afterSeq = state.Seq;
        _events.Clear();
        if (_blobs.Count > 0) _blobs = [];
        (_approvals, _consumed, _forgiven) = (null, null, false);
        return slice;
    }
}
