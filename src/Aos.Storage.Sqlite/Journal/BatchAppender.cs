using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Approvals;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Inbox;
using Aos.Storage.Sqlite.Ledger;
using Aos.Storage.Sqlite.Records;
using Aos.Storage.Sqlite.Runs;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Writes a batch of slices in one transaction. Whether a slice conflicts is decided before anything of it is
/// written, so that no savepoint is needed.</summary>
internal static class BatchAppender
{
    private const string InsertSegmentSql =
        "INSERT INTO segments (run_no, first_seq, count, events, hash) VALUES (?1, ?2, ?3, ?4, ?5)";

    /// <summary>Writes the slices that do not conflict.</summary>
    public static AppendResult[] Append(WriteSession session, ReadOnlyMemory<JournalSlice> slices)
    {
        var results = new AppendResult[slices.Length];
        var insert = session.Connection.Prepare(InsertSegmentSql);
        HashSet<RunId>? rejected = null;
        for (var i = 0; i < results.Length; i++)
        {
            var slice = slices.Span[i];
            results[i] = Place(session, slice, rejected, out var place);
            if (results[i] == AppendResult.Written) Write(session, insert, slice, place!);
            else (rejected ??= []).Add(slice.RunId);
        }

        return results;
    }

    /// <summary>Where the run stands, and whether the slice may be written. A new run is begun.</summary>
    private static AppendResult Place(
        WriteSession session, JournalSlice slice, HashSet<RunId>? rejected, out RunPlace? place)
    {
        place = session.Runs.Find(slice.RunId);
        var follows = slice.AfterSeq > 0
            ? place is { IsMine: true } && (slice.Count == 0 || place.LastSeq == slice.AfterSeq)
            : place is null;
        if (!follows || rejected?.Contains(slice.RunId) == true) return AppendResult.Conflict;
        if (slice.Ledger is { } ledger && !LedgerTable.Fits(session.Connection, ledger)) return AppendResult.OverLimit;
        if (slice.AfterSeq > 0) return AppendResult.Written;
        session.Wrote = true;
        place = session.Runs.Add(slice.RunId, RunRows.Insert(session, slice));
        return AppendResult.Written;
    }

    private static void Write(WriteSession session, Statement insert, JournalSlice slice, RunPlace place)
    {
        session.Wrote = true;
        if (slice.Count > 0)
        {
            insert.Bind(1, place.RunNo).Bind(2, slice.AfterSeq + 1).Bind(3, slice.Count)
                .Bind(4, slice.Events.Span).Bind(5, slice.Hash.Span).Run();
            place.LastSeq += slice.Count;
            if (place.IsPacked) Unmark(session, place);
        }

        foreach (var blob in slice.Blobs) BlobTable.Insert(session.Connection, blob);
        foreach (var approval in slice.Approvals) ApprovalTable.Upsert(session.Connection, place.RunNo, approval);
        foreach (var fact in slice.Consumed) InboxTable.Remove(session.Connection, place.RunNo, fact);
        if (slice.Ledger is { } ledger) LedgerTable.Change(session.Connection, slice.RunId, ledger);
        foreach (var record in slice.Records) RecordTable.Put(session, record);
        if (slice.Row is not { } row) return;
        if (slice.AfterSeq > 0) RunRows.Update(session.Connection, place.RunNo, slice);
        if (!row.IsEnded) return;
        InboxTable.Clear(session.Connection, place.RunNo);
        session.Runs.Forget(slice.RunId);
    }

    private static void Unmark(WriteSession session, RunPlace place)
    {
        session.Connection.Prepare("UPDATE runs SET packed = 0 WHERE run_no = ?1").Bind(1, place.RunNo).Run();
        place.IsPacked = false;
    }
}
