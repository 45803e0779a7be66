using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

/// <summary>Runs that wait are rows, not objects: after a moment without news a run leaves the memory, and it is read
/// again when its moment comes or something is left for it.</summary>
/// <remarks>This process stays its owner meanwhile, so nobody else takes it up, and what is appended later is fenced as
/// ever. Reading it again is no recovery: a waiting run has nothing in flight.</remarks>
internal sealed partial class RunHost
{
    /// <summary>How long a run may wait in memory for what comes next.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    /// <summary>How long before its moment a run is read again, so that it goes on in time.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1);

    /// <summary>After how long a run that could not be read is tried again.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(30);

    private const int WakesAtOnce = 256;
    private const int PageSize = 1_000;

    private readonly WaitingRuns _waiting = new();

    /// <summary>Runs of this process that are in memory.</summary>
    public int Loaded => _loops.Count;

    /// <summary>Whether a run is this process's, waits, and is not in memory.</summary>
    public bool IsUnloaded(RunId runId) => Find(runId) is not { IsAlive: true } && _waiting.Contains(runId);

    /// <summary>The loop of a run that this process works on, read again where it left the memory; null where there is
    /// none.</summary>
    public async ValueTask<RunLoop?> FindOrLoadAsync(RunId runId, CancellationToken cancel)
    {
        if (await WhenAdmittedAsync(runId, cancel).ConfigureAwait(false) is { IsUnloaded: false } loop) return loop;
        return _waiting.Contains(runId) || Find(runId) is { IsUnloaded: true }
            ? await LoadAsync(runId, cancel).ConfigureAwait(false)
            : null;
    }

    /// <summary>Becomes the owner of the waiting runs whose owner is gone, without reading them: each is read when
    /// there is something to do for it.</summary>
    /// <returns>Those that were read: their moment has come, or something was left for them.</returns>
    public async ValueTask<IReadOnlyList<RunId>> TakeOverWaitingAsync(CancellationToken cancel)
    {
        var taken = new List<RunId>();
        RunId? before = null;
        while (true)
        {
            var page = await _services.Store.ListRunsAsync(
                new RunFilter { Statuses = [RunStatus.Waiting], Before = before, Limit = PageSize }, cancel)
                    .ConfigureAwait(false);
            // One that waits to be tried again may be what its owners died of: it is taken on by itself.
            var rows =
                page.Where(row => Find(row.RunId) is not { IsAlive: true } && !_quarantine.IsSuspect(row)).ToList();
            var epochs =
                await _services.Store.AdoptManyAsync([.. rows.Select(row => row.RunId)], cancel).ConfigureAwait(false);
            for (var i = 0; i < rows.Count; i++)
                if (epochs[i] is not null)
                {
                    _waiting.Add(rows[i].RunId, rows[i].WakeAt);
                    taken.Add(rows[i].RunId);
                }
            if (page.Count < PageSize) break;
            before = page[^1].RunId;
        }
        StartPoller();
        await PollAsync(cancel).ConfigureAwait(false);
        await WakeDueAsync(cancel).ConfigureAwait(false);
        taken.Reverse(); // Oldest first.
        return taken.FindAll(runId => !_waiting.Contains(runId));
    }

    /// <summary>Reads the runs again whose moment has come; their own timers do the rest.</summary>
    private async ValueTask WakeDueAsync(CancellationToken cancel)
    {
        if (!_services.Clock.MayFire()) return;
        foreach (var runId in _waiting.TakeDue(_services.Now + Ahead, WakesAtOnce))
            await LoadAsync(runId, cancel).ConfigureAwait(false);
    }

    private async ValueTask<RunLoop?> LoadAsync(RunId runId, CancellationToken cancel)
    {
        _waiting.Remove(runId);
        try
        {
            return (await AdoptAsync(runId, release: false, requireSkills: false, cancel).ConfigureAwait(false)).Loop;
        }
        catch (StoreException error)
        {
            LogRunUnreadable(runId.Value, error.Code.Value, error.Message);
            _waiting.Add(runId, _services.Now + TryAgain);
            return null;
        }
        catch (OperationCanceledException)
        {
            _waiting.Add(runId, _services.Now);
            throw;
        }
    }

    /// <summary>Asks the runs to leave the memory that have waited there for a moment.</summary>
    private void UnloadIdle()
    {
        var now = _services.Now;
        foreach (var loop in Ordered)
            if (loop.IsIdleFor(Linger) && !(loop.NextWake <= now + Ahead + Linger)) loop.AskToUnload();
    }

    private void Unload(RunLoop loop)
    {
        _waiting.Add(loop.RunId, loop.NextWake);
        Forget(loop);
    }

    [LoggerMessage(
        EventId = 1005, Level = LogLevel.Warning,
        Message = "Run {Run} waits and cannot be read; it is tried again: {Code}: {Reason}")]
    private partial void LogRunUnreadable(string run, string code, string reason);
}
