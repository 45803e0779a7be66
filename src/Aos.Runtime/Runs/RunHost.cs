using System.Collections.Concurrent;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Journals;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

/// <summary>The runs that this process works on: starts them, adopts those whose owner is gone, and brings them what
/// was left in the store's inbox.</summary>
internal sealed partial class RunHost : IAsyncDisposable
{
    /// <summary>How often the inbox is looked into while runs are open.</summary>
    private static readonly TimeSpan InboxInterval = TimeSpan.FromMilliseconds(200);

    private readonly RunServices _services;
    private readonly ConcurrentDictionary<RunId, RunLoop> _loops = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly SemaphoreSlim _polling = new(1, 1);
    private Task? _poller;
    private bool _isStoreAway;
    private readonly CancellationToken _closing;
    private readonly Lock _gate = new();
    private bool _closed;
    private bool _draining;

    private readonly ILogger _logger;
    private readonly Quarantine _quarantine;

    public RunHost(RunServices services, ILogger logger) =>
        (_services, _logger, _closing, _quarantine) =
            (services, logger, _shutdown.Token, new Quarantine(services, logger));

    /// <summary>Whether owners have died over a run so often that one more crash would quarantine it.</summary>
    public bool IsSuspect(RunRow row) => _quarantine.IsSuspect(row);

    /// <summary>The loop of a run that this process works on, or failed to; null where there is none.</summary>
    public RunLoop? Find(RunId runId) => _loops.GetValueOrDefault(runId);

    /// <summary>Starts an admitted run; returns when it is durable.</summary>
    /// <returns>The loop; null where the run is there already.</returns>
    /// <exception cref="StoreException">The store failed, or another process began the run.</exception>
    public async ValueTask<RunLoop?> StartAsync(Admitted admitted)
    {
        RequireStaying();
        var loop = new RunLoop(
            admitted.Submitted.RunId, _services, RunState.Empty(_services.Documents), HashChain.Genesis, stored: null)
        {
            Look = LookAsync,
        };
        if (!_loops.TryAdd(admitted.Submitted.RunId, loop)) return null;
        Watch(loop, [new Incoming(admitted.Submitted, Blobs: admitted.Documents)]);
        try
        {
            await loop.Admitted.ConfigureAwait(false);
            return loop;
        }
        catch (StoreException)
        {
            Forget(loop);
            throw;
        }
    }

    /// <summary>Starts a run that has the first events of another; returns when it is durable.</summary>
    /// <param name="prefix">The events that it has in common with the other.</param>
    /// <param name="state">The state after them.</param>
    /// <param name="forked">The fact that makes it another run.</param>
    /// <param name="documents">The documents that the fact names.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<RunLoop> ForkAsync(
        IReadOnlyList<RunEvent> prefix, RunState state, RunEvent.RunForked forked, IReadOnlyList<Blob> documents)
    {
        var loop =
            new RunLoop(forked.RunId, _services, state, HashChain.Genesis, stored: null, prefix) { Look = LookAsync };
        if (!_loops.TryAdd(forked.RunId, loop))
            throw new InvalidOperationException($"Run {forked.RunId} was drawn twice.");
        Watch(loop, new Incoming(forked, Blobs: documents));
        try
        {
            await loop.Admitted.ConfigureAwait(false);
            return loop;
        }
        catch (StoreException)
        {
            Forget(loop);
            throw;
        }
    }

    /// <summary>The loop of a run, once the run is durable; null where there is none, or another was faster to begin
    /// it.</summary>
    /// <exception cref="StoreException">It cannot be started.</exception>
    public async ValueTask<RunLoop?> WhenAdmittedAsync(RunId runId, CancellationToken cancel)
    {
        if (Find(runId) is not { } loop) return null;
        if (loop.Shown.Submitted is not null) return loop;
        try
        {
            await loop.Admitted.WaitAsync(cancel).ConfigureAwait(false);
            return loop;
        }
        catch (StoreException lost) when (lost.Code == ErrorCodes.RunOwned)
        {
            return null;
        }
    }

    /// <summary>Makes this process work on an open run, if its owner is gone. That an owner died is in the store before
    /// anything of the run is read, so that a run cannot take one process after the other down with it.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="release">Whether to take it on although it is quarantined.</param>
    /// <param name="requireSkills">Whether to leave it alone where a skill of its plan is not registered here.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="cancelFirst">Whether the run is told of a cancellation that was left for it before it is told that
    /// it goes on, so that it makes no call.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<Adoption> AdoptAsync(
        RunId runId, bool release, bool requireSkills, CancellationToken cancel, bool cancelFirst = false)
    {
        if (Find(runId) is { } before)
        {
            if (before.IsAlive) return new Adoption(before);
            // A loop that failed lets go of its calls first: two of one step at a time is for nobody to explain.
            if (!before.IsUnloaded && !before.Completion.IsCompleted) return default;
        }
        RequireStaying();
        if (await _services.Store.AdoptAsync(runId, cancel).ConfigureAwait(false) is not { } epoch) return default;
        var row = await _services.Store.FindRunAsync(runId, cancel).ConfigureAwait(false)
            ?? throw new StoreException(ErrorCodes.StorageCorrupt, $"Run {runId} was adopted and has no row.");
        if (await _quarantine.RefuseAsync(row, release).ConfigureAwait(false) is { } refused) return refused;
        var (journal, state, unreadable) = await _quarantine.LoadAsync(row, cancel).ConfigureAwait(false);
        if (unreadable is { } poison) return poison;
        if (await _quarantine.RefuseAsync(row, state!).ConfigureAwait(false) is { } suspect) return suspect;
        if (requireSkills && state!.Program is { } program
            && program.Source.Skills.FirstOrDefault(pin => !_services.Registry.TryGet(pin.Name, pin.Version, out _))
                is { } missing)
        {
            await _services.Store.ReleaseAsync(runId, CancellationToken.None).ConfigureAwait(false);
            return Adoption.Refused(ErrorCodes.SkillVersionMissing,
                $"Run {runId} waits for {missing.Name}@{missing.Version}, which is not registered here.");
        }

        var loop = new RunLoop(runId, _services, state!, journal!.Head, row) { Look = LookAsync };
        // Also where the store knows this process as the owner: the loop before this one may have left attempts behind.
        var recovered = new RunEvent.RunRecovered
        {
            At = Later(_services.Now, state!.LastAt),
            Epoch = Math.Max(epoch, state.Epoch + 1),
            Restored = row.Code == ErrorCodes.RunHeld ? true : null,
        };
        // Before the loop is there for others: a store that fails must leave none behind that never begins.
        var cancellations = cancelFirst
            ? await LeftAsync<RunEvent.CancelRequested>(runId, recovered.At, cancel).ConfigureAwait(false) : [];
        var decisions = state.HasExpiredRequest(recovered.At)
            ? await LeftAsync<RunEvent.ApprovalDecided>(runId, recovered.At, cancel).ConfigureAwait(false) : [];
        if (!TryReplace(loop)) return new Adoption(Find(runId));
        await DeliverAsync(loop, cancellations).ConfigureAwait(false);
        var (recovery, overdue) = (Recovering(state, recovered), Overdue(state, recovered));
        Watch(loop, decisions.Count == 0 ? [.. recovery, .. overdue] : recovery);
        if (decisions.Count > 0)
        {
            await DeliverAsync(loop, decisions).ConfigureAwait(false);
            foreach (var time in overdue) loop.Post(time);
        }
        await PollAsync(cancel).ConfigureAwait(false);
        return new Adoption(loop);
    }

    private async ValueTask<List<Incoming>> LeftAsync<T>(RunId runId, DateTimeOffset at, CancellationToken cancel)
        where T : RunEvent.Fact
    {
        var found = new List<Incoming>();
        foreach (var item in await _services.Store.ReadInboxAsync(cancel).ConfigureAwait(false))
            if (item.RunId == runId && Read(item) is T fact) found.Add(Left(fact, at, item.Id));
        return found;
    }

    // What another look at the inbox delivers as well counts once.
    private async ValueTask DeliverAsync(RunLoop loop, List<Incoming> facts)
    {
        if (facts.Count == 0) return;
        await _polling.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            foreach (var fact in facts) loop.Deliver(fact);
        }
        finally
        {
            _polling.Release();
        }
    }

    /// <summary>Brings the runs what was left for them, now rather than at the next look.</summary>
    public async ValueTask PollAsync(CancellationToken cancel)
    {
        var unloaded = new List<RunId>();
        // Not with the token: a wait that can be called off goes on wherever the pool likes. One look is short.
        await _polling.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            foreach (var item in await _services.Store.ReadInboxAsync(cancel).ConfigureAwait(false))
                if (Find(item.RunId) is { IsAlive: true } loop && Read(item) is { } fact)
                    loop.Deliver(Left(fact, Later(_services.Now, loop.LastAt), item.Id));
                else if (IsUnloaded(item.RunId) && !unloaded.Contains(item.RunId)) unloaded.Add(item.RunId);
        }
        finally
        {
            _polling.Release();
        }
        // What was left for them is delivered as they are read again.
        foreach (var runId in unloaded) await LoadAsync(runId, cancel).ConfigureAwait(false);
    }

    /// <summary>Attempts and plannings that are in flight here.</summary>
    public int InFlight => _loops.Values.Where(loop => loop.IsAlive).Sum(loop => loop.InFlight);

    /// <summary>Starts nothing new, and ends when what was in flight has come back and is in the journal, or when the
    /// wait is cancelled.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        lock (_gate) _draining = true;
        foreach (var loop in _loops.Values) loop.Drain();
        await Task.WhenAll(_loops.Values.Select(loop => loop.Completion)).WaitAsync(cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops every loop, and waits for what is in flight. A second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, true)) return;
        await _services.Work.CancelAsync(_shutdown).ConfigureAwait(false);
        foreach (var loop in Ordered) loop.Close();
        foreach (var loop in Ordered)
            await loop.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_poller is not null) await _poller.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _shutdown.Dispose();
    }

    /// <summary>The runs of this process that have not ended.</summary>
    public IEnumerable<RunId> Open =>
        Ordered.Where(loop => loop.Shown.Ended is null).Select(loop => loop.RunId).Union(_waiting.Ids);

    // By name: the order of the dictionary differs from process to process, and what is done must not.
    private IEnumerable<RunLoop> Ordered => _loops.Values.OrderBy(loop => loop.RunId.Value, StringComparer.Ordinal);

    private void RequireStaying()
    {
        if (Volatile.Read(ref _draining) || Volatile.Read(ref _closed))
            throw new StoreException(
                ErrorCodes.StorageUnavailable, "This runtime is going down, and begins no more work.");
    }

    // What was left counts from the moment at which the run takes notice of it, never from before its last event; but
    // whether somebody decided in time goes by when they did.
    private static Incoming Left(RunEvent.Fact fact, DateTimeOffset at, long id) => new(fact switch
    {
        RunEvent.ApprovalDecided decided when decided.At < at => decided with { At = at, DecidedAt = decided.At },
        _ => fact with { At = at },
    }, id);

    // A fact that this version cannot read stays in the inbox, for one that can; it holds up nothing else.
    private static RunEvent.Fact? Read(InboxItem item)
    {
        try
        {
            return AosJson.Read<RunEvent>(item.Fact.Span) as RunEvent.Fact;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A run that only waits for somebody is taken on without a trace: there is nothing to recover in it.
    private static List<Incoming> Recovering(RunState state, RunEvent.RunRecovered recovered) =>
        RunKernel.Advance(state, recovered) is { Events.Length: 1, Effects.IsEmpty: true }
            ? [] : [new Incoming(recovered)];

    // What is overdue is taken notice of before anybody is told how the run stands.
    private List<Incoming> Overdue(RunState state, RunEvent.RunRecovered recovered) =>
        state.NextWake <= recovered.At && _services.Clock.MayFire()
            ? [new Incoming(new RunEvent.TimeReached { At = recovered.At })] : [];

    // Two callers may adopt one run at a time; one loop works on it.
    private bool TryReplace(RunLoop loop)
    {
        lock (_gate)
        {
            if (_loops.TryGetValue(loop.RunId, out var other) && other.IsAlive) return false;
            _loops[loop.RunId] = loop;
            return true;
        }
    }

    private void Forget(RunLoop loop) => _loops.TryRemove(new KeyValuePair<RunId, RunLoop>(loop.RunId, loop));

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left >= right ? left : right;

    private void Watch(RunLoop loop, params IReadOnlyList<Incoming> first)
    {
        loop.Start(first);
        // Draining or closing may have passed over it.
        if (Volatile.Read(ref _draining)) loop.Drain();
        if (Volatile.Read(ref _closed)) loop.Close();
        _ = ForgetWhenEndedAsync(loop);
        StartPoller();
    }

    private void StartPoller()
    {
        lock (_gate) _poller ??= _services.Work.StartAsync(PollForeverAsync);
    }

    private async Task ForgetWhenEndedAsync(RunLoop loop)
    {
        await loop.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogEnd(loop);
        if (loop.Shown.Ended is not null) Forget(loop);
        else if (loop.IsUnloaded) Unload(loop);
    }

    private Task LookAsync() => TryAsync(() => PollAsync(CancellationToken.None));

    private Task TryPollAsync() => TryAsync(async () =>
    {
        await PollAsync(_closing).ConfigureAwait(false);
        await WakeDueAsync(_closing).ConfigureAwait(false);
        UnloadIdle();
    });

    private async Task TryAsync(Func<ValueTask> look)
    {
        try
        {
            await look().ConfigureAwait(false);
            _isStoreAway = false;
        }
        catch (StoreException error)
        {
            // Nothing is lost: the inbox is looked into again. A store that fails for good shows at the next append.
            if (!_isStoreAway) LogInboxUnreadable(error.Code.Value, error.Message);
            _isStoreAway = true;
        }
    }

    private async Task PollForeverAsync()
    {
        using var timer = new PeriodicTimer(InboxInterval, _services.Time);
        while (await timer.WaitForNextTickAsync(_closing).ConfigureAwait(false))
            if (!_loops.IsEmpty || _waiting.Count > 0) await TryPollAsync().ConfigureAwait(false);
    }
}
