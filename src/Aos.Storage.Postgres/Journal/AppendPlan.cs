using System.Runtime.InteropServices;
using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Runs;

namespace Aos.Storage.Postgres.Journal;

/// <summary>What is to be written of a batch of slices, as far as this process can tell. The server confirms it, or
/// refuses the whole.</summary>
internal sealed class AppendPlan
{
    private readonly Dictionary<RunId, StagedRun> _runs = [];

    private AppendPlan(AppendResult[] results) => Results = results;

    /// <summary>For each slice, whether it will be written.</summary>
    public AppendResult[] Results { get; }

    /// <summary>The runs that are written, in the order of their first slice.</summary>
    public List<StagedRun> Runs { get; } = [];

    /// <summary>The slices that are written and hold events, in order.</summary>
    public List<(StagedRun Run, JournalSlice Slice)> Segments { get; } = [];

    /// <summary>The requests that are written, in order.</summary>
    public List<(StagedRun Run, ApprovalRow Approval)> Approvals { get; } = [];

    /// <summary>The blobs that are written.</summary>
    public List<Blob> Blobs { get; } = [];

    /// <summary>The facts that are removed.</summary>
    public List<(StagedRun Run, long FactNo)> Consumed { get; } = [];

    /// <summary>The documents that are written.</summary>
    public List<RecordChange> Records { get; } = [];

    /// <summary>What changes in the ledger, with the number of its slice.</summary>
    public List<(int Number, StagedRun Run, LedgerChange Change)> Ledger { get; } = [];

    /// <summary>Decides on each slice.</summary>
    /// <param name="slices">The slices.</param>
    /// <param name="places">Where the runs of this process stand.</param>
    /// <param name="found">Where other runs stand that were looked up. A run that a slice begins and that is in neither
    /// is taken to be new.</param>
    /// <param name="overLimit">The numbers of the slices that the ledger has no room for, as the server said.</param>
    public static AppendPlan Make(ReadOnlySpan<JournalSlice> slices, RunPlaces places,
        IReadOnlyDictionary<RunId, RunPlace> found, IReadOnlySet<int> overLimit)
    {
        var plan = new AppendPlan(new AppendResult[slices.Length]);
        for (var i = 0; i < slices.Length; i++)
        {
            ref var run = ref CollectionsMarshal.GetValueRefOrAddDefault(plan._runs, slices[i].RunId, out _);
            run ??= new StagedRun(
                slices[i].RunId, places.Find(slices[i].RunId) ?? found.GetValueOrDefault(slices[i].RunId));
            if (!run.TryFollow(slices[i], overLimit.Contains(i)))
                plan.Results[i] = overLimit.Contains(i) ? AppendResult.OverLimit : AppendResult.Conflict;
            else plan.Stage(run, slices[i], i);
        }

        return plan;
    }

    private void Stage(StagedRun run, JournalSlice slice, int number)
    {
        if (!run.IsStaged) Runs.Add(run);
        run.Stage(slice);
        if (slice.Count > 0) Segments.Add((run, slice));
        Blobs.AddRange(slice.Blobs);
        foreach (var approval in slice.Approvals) Approvals.Add((run, approval));
        Records.AddRange(slice.Records);
        if (slice.Ledger is { } change) Ledger.Add((number, run, change));
        // A run that begins now has no facts.
        if (run.Place is null) return;
        foreach (var fact in slice.Consumed) Consumed.Add((run, fact));
    }
}

/// <summary>A run within a batch.</summary>
internal sealed class StagedRun(RunId runId, RunPlace? place)
{
    private bool _rejected;

    /// <summary>The run.</summary>
    public RunId RunId { get; } = runId;

    /// <summary>Where it stood before the batch; null where it is new.</summary>
    public RunPlace? Place { get; } = place;

    /// <summary>Whether a slice of it is written.</summary>
    public bool IsStaged { get; private set; }

    /// <summary>The sequence number of its last event after the batch.</summary>
    public long LastSeq { get; private set; } = place?.LastSeq ?? 0;

    /// <summary>Its last row in the batch; null where there is none.</summary>
    public RunRow? Row { get; private set; }

    /// <summary>The sequence number that its row names; null where that stays as it is.</summary>
    public long? RowSeq { get; private set; }

    /// <summary>The hash at that number.</summary>
    public byte[]? RowHead { get; private set; }

    /// <summary>Whether it ended in the batch.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether a slice follows. Where one does not, no later one does.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="isRefused">Whether it is not written although it would follow.</param>
    public bool TryFollow(JournalSlice slice, bool isRefused)
    {
        if (_rejected) return false;
        var follows = slice.AfterSeq == 0
            ? Place is null && !IsStaged
            : (Place is { IsMine: true } || (Place is null && IsStaged))
                && (slice.Count == 0 || LastSeq == slice.AfterSeq);
        _rejected = !follows || isRefused;
        return !_rejected;
    }

    /// <summary>Takes a slice that follows.</summary>
    public void Stage(JournalSlice slice)
    {
        IsStaged = true;
        LastSeq += slice.Count;
        if (slice.Row is not { } row) return;
        Row = row;
        HasEnded |= row.IsEnded;
        if (slice.Count == 0) return;
        RowSeq = LastSeq;
        RowHead = slice.Hash.ToArray();
    }
}
