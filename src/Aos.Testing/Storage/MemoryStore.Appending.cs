using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Testing.Storage;

public sealed partial class MemoryStore
{
    private static void Require(JournalSlice slice)
    {
        var lines = slice.Events.IsEmpty ? 0 : slice.Events.Span.Count((byte)'\n') + 1;
        if (slice.RunId.Value is null || slice.AfterSeq < 0 || lines != slice.Count
            || (slice.AfterSeq == 0 && (slice.Row is null || slice.Count == 0))
            || (slice.Count > 0 && slice.Hash.Length != HashBytes)
            || (slice.Row is { } row && row.RunId != slice.RunId)
            || slice.Approvals.Any(approval => approval.RunId != slice.RunId)
            || slice.Records.Any(record => record.Body is null || record.Expected is not null))
            throw new ArgumentException($"A slice of {slice.RunId} breaks a rule of the port.", nameof(slice));
    }

    // The real stores keep moments to the microsecond.
    private static DateTimeOffset Stored(DateTimeOffset moment) =>
        new(moment.UtcTicks - moment.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    private AppendResult[] Append(ReadOnlySpan<JournalSlice> slices)
    {
        var results = new AppendResult[slices.Length];
        var rejected = new HashSet<RunId>();
        for (var i = 0; i < results.Length; i++)
        {
            var slice = slices[i];
            if (rejected.Contains(slice.RunId) || !Follows(slice)) results[i] = AppendResult.Conflict;
            else if (slice.Ledger is { } ledger && !Fits(ledger)) results[i] = AppendResult.OverLimit;
            else Write(Place(slice), slice);
            if (results[i] != AppendResult.Written) rejected.Add(slice.RunId);
        }

        return results;
    }

    private bool Follows(JournalSlice slice) => state.RunsById.TryGetValue(slice.RunId, out var run)
        ? slice.AfterSeq > 0 && IsMine(run) && (slice.Count == 0 || run.LastSeq == slice.AfterSeq)
        : slice.AfterSeq == 0;

    private MemoryRun Place(JournalSlice slice)
    {
        if (state.RunsById.TryGetValue(slice.RunId, out var known)) return known;
        var run = new MemoryRun { Row = slice.Row! with { Owner = Owner, Epoch = 1 } };
        state.RunsById.Add(slice.RunId, run);
        state.Runs.Add(run);
        return run;
    }

    private void Write(MemoryRun run, JournalSlice slice)
    {
        if (slice.Count > 0)
            run.Segments.Add(new JournalSegment(
                slice.AfterSeq + 1, slice.Count, slice.Events.ToArray(), slice.Hash.ToArray()));
        foreach (var blob in slice.Blobs) state.Blobs.TryAdd(blob.Digest, blob.Bytes.ToArray());
        foreach (var approval in slice.Approvals) Upsert(approval);
        state.Inbox.RemoveAll(item => item.RunId == slice.RunId && slice.Consumed.Contains(item.Id));
        if (slice.Ledger is { } ledger) Change(slice.RunId, ledger);
        foreach (var record in slice.Records) Put(record);
        if (slice.Row is not { } row) return;
        run.Row = row with
        {
            StartedAt = Stored(row.StartedAt),
            EndedAt = row.EndedAt is { } ended ? Stored(ended) : null,
            WakeAt = row.WakeAt is { } wake ? Stored(wake) : null,
            Seq = slice.Count > 0 ? run.LastSeq : run.Row.Seq,
            Head = slice.Count > 0 ? slice.Hash.ToArray() : run.Row.Head,
            Owner = run.Row.Owner,
            Epoch = run.Row.Epoch,
        };
        if (row.IsEnded) state.Inbox.RemoveAll(item => item.RunId == slice.RunId);
    }

    private void Upsert(ApprovalRow approval)
    {
        var stored = approval with
        {
            RequestedAt = Stored(approval.RequestedAt),
            ExpiresAt = Stored(approval.ExpiresAt),
            Request = approval.Request.ToArray(),
        };
        var at = state.Approvals.FindIndex(row => row.Id == approval.Id);
        if (at < 0) state.Approvals.Add(stored);
        else if (state.Approvals[at].RunId == approval.RunId) state.Approvals[at] = stored;
    }
}
