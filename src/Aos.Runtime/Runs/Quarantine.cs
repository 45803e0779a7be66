using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Journals;
using Microsoft.Extensions.Logging;

namespace Aos.Runtime.Runs;

/// <summary>Leaves runs alone that bring their host down or cannot be read, each by itself and in everybody's
/// sight.</summary>
internal sealed partial class Quarantine(RunServices services, ILogger logger)
{
    /// <summary>Whether owners have died over a run so often that one more crash would quarantine it.</summary>
    public bool IsSuspect(RunRow row) => row.Crashes > 0 && row.Crashes >= services.CrashesMax - 2;

    /// <summary>What keeps a run from being loaded that this process has just adopted; null where nothing
    /// does.</summary>
    public async ValueTask<Adoption?> RefuseAsync(RunRow row, bool release)
    {
        if (row.Status == RunStatus.Quarantined)
        {
            if (release) return null;
            await services.Store.ReleaseAsync(row.RunId, CancellationToken.None).ConfigureAwait(false);
            return Adoption.Refused(ErrorCodes.RunQuarantined, Describe(row));
        }

        // What a run waits for is known when it has been read.
        return row.Crashes < services.CrashesMax || row.Status == RunStatus.Waiting ? null
            : await PutForCrashesAsync(row).ConfigureAwait(false);
    }

    /// <summary>What keeps a run from going on that was read; null where nothing does. A run that waits takes nobody
    /// down: whoever died owned it, and worked on others. One that waits to be tried again may be what they died
    /// of.</summary>
    public async ValueTask<Adoption?> RefuseAsync(RunRow row, RunState state) =>
        row.Crashes >= services.CrashesMax && row.Status == RunStatus.Waiting && state.IsBackingOff
            ? await PutForCrashesAsync(row).ConfigureAwait(false)
            : null;

    private ValueTask<Adoption> PutForCrashesAsync(RunRow row) => PutAsync(row, ErrorCodes.RunQuarantined,
        $"{row.Crashes} processes in a row died while they worked on it, and it got no further.");

    /// <summary>Reads and folds a run. One that cannot be is quarantined, and the last value says so.</summary>
    /// <exception cref="StoreException">The store failed, which is no fault of the run.</exception>
    public async ValueTask<(Journal? Journal, RunState? State, Adoption? Refused)> LoadAsync(
        RunRow row, CancellationToken cancel)
    {
        try
        {
            var journal = await services.Reader.ReadAsync(row.RunId, cancel).ConfigureAwait(false)
                ?? throw new StoreException(ErrorCodes.StorageCorrupt, $"Run {row.RunId} has a row but no journal.");
            RequireWhole(row, journal);
            return (journal, RunState.Fold(services.Documents, journal.Events), null);
        }
        catch (StoreException damage)
            when (damage.Code == ErrorCodes.StorageCorrupt || damage.Code == ErrorCodes.HistoryTampered)
        {
            return (null, null, await PutAsync(row, damage.Code, damage.Message).ConfigureAwait(false));
        }
        catch (Exception defect) when (defect is not (StoreException or OperationCanceledException))
        {
            LogUnfoldable(defect, row.RunId.Value);
            return (null, null, await PutAsync(row, ErrorCodes.InternalError,
                $"Its journal cannot be folded: {defect.GetType().Name}: {defect.Message}").ConfigureAwait(false));
        }
    }

    /// <summary>A sentence about a quarantined run.</summary>
    public static string Describe(RunRow row) => $"Run {row.RunId} is quarantined ({row.Code}): {row.Reason}";

    private async ValueTask<Adoption> PutAsync(RunRow row, ErrorCode code, string reason)
    {
        var quarantined = row with
        {
            Status = RunStatus.Quarantined,
            WaitingFor = null,
            WakeAt = null,
            Code = code,
            Reason = reason,
        };
        var slice = new JournalSlice
        {
            RunId = row.RunId,
            // Not compared: the journal may be gone, or be what is wrong.
            AfterSeq = Math.Max(1, row.Seq),
            Count = 0,
            Events = default,
            Hash = default,
            Row = quarantined,
        };
        // Nobody may call this off: a run whose quarantine is lost takes the next process down.
        var fate = new Fate();
        services.Writer.Enqueue(slice, fate);
        if (await fate.WhenKnownAsync().ConfigureAwait(false) == AppendResult.Conflict)
            return default; // Another process took it over meanwhile.
        await services.Store.ReleaseAsync(row.RunId, CancellationToken.None).ConfigureAwait(false);
        LogQuarantined(row.RunId.Value, code.Value, reason);
        return Adoption.Refused(ErrorCodes.RunQuarantined, Describe(quarantined));
    }

    // The chain cannot tell that its end is missing. The row knows where it was.
    private static void RequireWhole(RunRow row, Journal journal)
    {
        var last = journal.Events.Count;
        if (last < row.Seq)
            throw new StoreException(ErrorCodes.StorageCorrupt,
                $"The journal of run {row.RunId} ends with event {last}, and had {row.Seq}. Restore a backup; keep "
                    + "this store for analysis.");
        if (last == row.Seq && !journal.Head.Span.SequenceEqual(row.Head.Span))
            throw new StoreException(ErrorCodes.HistoryTampered,
                $"The journal of run {row.RunId} ends with another hash than its row says. Restore a backup; keep "
                    + "this store for analysis.");
    }

    [LoggerMessage(EventId = 1003, Level = LogLevel.Error,
        Message = "Run {Run} is quarantined ({Code}): {Reason} `aos release` lets it go on after a mend")]
    private partial void LogQuarantined(string run, string code, string reason);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Error, Message = "The journal of run {Run} cannot be folded")]
    private partial void LogUnfoldable(Exception error, string run);

    private sealed class Fate : ISliceOwner
    {
        private readonly TaskCompletionSource<SliceFate> _known =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnWritten(SliceFate fate) => _known.TrySetResult(fate);

        public async Task<AppendResult> WhenKnownAsync()
        {
            var fate = await _known.Task.ConfigureAwait(false);
            return fate.Failure is null ? fate.Result : throw fate.Failure;
        }
    }
}
