using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<long, bool> _delivered = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly SemaphoreSlim _polling = new(1, 1);
    private Task? _poller;
    private readonly Lock _gate = new();

    private readonly ILogger _logger;

    public RunHost(RunServices services, ILogger logger) => (_services, _logger) = (services, logger);

    /// <summary>The loop of a run that this process works on; null where it does not.</summary>
    public RunLoop? Find(RunId runId) => _loops.GetValueOrDefault(runId);

    /// <summary>Starts an admitted run; returns when it is durable.</summary>
    public async ValueTask<RunLoop> StartAsync(Admitted admitted)
    {
        var loop = new RunLoop(admitted.Submitted.RunId, _services, RunState.Empty(_services.Documents), HashChain.Genesis,
            _shutdown.Token);
        Watch(loop, [new Incoming(admitted.Submitted) { Blobs = admitted.Documents }]);
        await loop.Admitted.ConfigureAwait(false);
        return loop;
    }

    /// <summary>Makes this process work on an open run, if its owner is gone.</summary>
    /// <returns>The loop; null where another process works on it, or it has ended.</returns>
    /// <exception cref="StoreException">The run cannot be read.</exception>
    public async ValueTask<RunLoop?> AdoptAsync(RunId runId, CancellationToken cancel)
    {
        if (Find(runId) is { } running) return running;
        if (await _services.Store.AdoptAsync(runId, cancel).ConfigureAwait(false) is not { } epoch) return null;
        var journal = await _services.Reader.ReadAsync(runId, cancel).ConfigureAwait(false)
            ?? throw new StoreException(ErrorCodes.StorageCorrupt, $"Run {runId} has a row but no journal.");
        var state = RunState.Fold(_services.Documents, journal.Events);
        var loop = new RunLoop(runId, _services, state, journal.Head, _shutdown.Token);
        List<Incoming> first = epoch > state.Epoch
            ? [new Incoming(new RunEvent.RunRecovered { At = Later(_services.Now, state.LastAt), Epoch = epoch })]
            : [];
        Watch(loop, first);
        await PollAsync(cancel).ConfigureAwait(false);
        return loop;
    }

    /// <summary>Brings the runs what was left for them, now rather than at the next look.</summary>
    public async ValueTask PollAsync(CancellationToken cancel)
    {
        await _polling.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            foreach (var item in await _services.Store.ReadInboxAsync(cancel).ConfigureAwait(false))
                if (Find(item.RunId) is { } loop && _delivered.TryAdd(item.Id, true))
                    loop.Post(new Incoming(Stamp(item, loop), item.Id));
        }
        finally
        {
            _polling.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _shutdown.CancelAsync().ConfigureAwait(false);
        foreach (var loop in _loops.Values)
            await loop.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_poller is not null) await _poller.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _polling.Dispose();
        _shutdown.Dispose();
    }

    /// <summary>The runs of this process that have not ended.</summary>
    public IEnumerable<RunId> Open => _loops.Values.Where(loop => loop.State.Ended is null).Select(loop => loop.RunId);

    // The decision counts from the moment at which the run takes notice of it, never from before its last event.
    private RunEvent.Fact Stamp(InboxItem item, RunLoop loop)
    {
        var fact = (RunEvent.Fact)AosJson.Read<RunEvent>(item.Fact.Span);
        return fact with { At = Later(_services.Now, loop.State.LastAt) };
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left >= right ? left : right;

    private void Watch(RunLoop loop, IReadOnlyList<Incoming> first)
    {
        _loops[loop.RunId] = loop;
        loop.Start(first);
        _ = loop.Completion.ContinueWith(done =>
        {
            if (done.Exception is { } error) LogRunStopped(error, loop.RunId.Value);
            if (loop.State.Ended is not null) _loops.TryRemove(new KeyValuePair<RunId, RunLoop>(loop.RunId, loop));
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        lock (_gate) _poller ??= Task.Run(PollForeverAsync);
    }

    private async Task PollForeverAsync()
    {
        using var timer = new PeriodicTimer(InboxInterval, _services.Time);
        while (await timer.WaitForNextTickAsync(_shutdown.Token).ConfigureAwait(false))
            try
            {
                if (!_loops.IsEmpty) await PollAsync(_shutdown.Token).ConfigureAwait(false);
            }
            catch (StoreException error)
            {
                LogInboxUnreadable(error); // Looked into again at the next tick.
            }
    }
}
