using Aos.Abstractions.Storage;
using Aos.Runtime.Runs;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Journals;

/// <summary>Has the journals of finished runs compacted while the runtime is there. It takes at most a tenth of the
/// time, so that it never holds up the runs that are written meanwhile.</summary>
internal sealed partial class Compaction : IAsyncDisposable
{
    private const int RunsAtOnce = 32;
    private const int PausesPerBatch = 9;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(7);

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IWorkQueue _work;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _loop;
    private bool _closed;

    // Said once, however often it is tried.
    private bool _isStoreAway;

    public Compaction(IStore store, TimeProvider time, ILogger logger, IWorkQueue work) =>
        (_store, _time, _logger, _work) = (store, time, logger, work);

    /// <summary>Begins, once; before that nothing is there to be compacted.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _loop) is not null) return;
        lock (_gate) _loop ??= _work.StartAsync(() => LoopAsync(_closing.Token));
    }

    /// <summary>Stops. Where it had begun, one last batch is done, so that programs that live for one run do their
    /// part.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, true)) return;
        await _work.CancelAsync(_closing).ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryCompactAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _closing.Dispose();
    }

    private async Task LoopAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            var began = _time.GetTimestamp();
            while (await TryCompactAsync(cancel).ConfigureAwait(false) == RunsAtOnce)
            {
                await Task.Delay(_time.GetElapsedTime(began) * PausesPerBatch, _time, cancel).ConfigureAwait(false);
                began = _time.GetTimestamp();
            }
        }
    }

    private async Task<int> TryCompactAsync(CancellationToken cancel)
    {
        try
        {
            var compacted = await _store.CompactAsync(RunsAtOnce, cancel).ConfigureAwait(false);
            _isStoreAway = false;
            return compacted;
        }
        catch (StoreException error)
        {
            // Nothing is lost: journals stay as they are, and are looked at again. A store that fails for good shows
            // elsewhere.
            if (!_isStoreAway) LogNotCompacted(error.Code.Value, error.Message);
            _isStoreAway = true;
            return 0;
        }
    }

    [LoggerMessage(
        EventId = 1006, Level = LogLevel.Warning,
        Message = "Finished runs could not be compacted; they are tried again later: {Code}: {Reason}")]
    private partial void LogNotCompacted(string code, string reason);
}
