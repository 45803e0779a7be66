using Aos.Abstractions.Storage;
using Aos.Storage.Postgres.Approvals;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Inbox;
using Aos.Storage.Postgres.Ledger;
using Aos.Storage.Postgres.Records;
using Aos.Storage.Postgres.Runs;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>The statements of an append. Sent together without BEGIN, they are one transaction.</summary>
internal static class AppendStatements
{
    // No message to the server grows much beyond this, whatever a batch holds.
    private const int ChunkBytes = 16 * 1024 * 1024;

    private const string FenceSql = "SELECT require_ownership($1, $2, $3, $4)";

    private const string HoldSql = "UPDATE runs SET packed = 0 WHERE run_no = ANY ($1)";

    /// <summary>The statements for a plan that writes something.</summary>
    public static NpgsqlBatch Make(OwnerSession session, AppendPlan plan)
    {
        var batch = new NpgsqlBatch(session.Connection);
        var known = plan.Runs.FindAll(run => run.Place is not null);
        // Before the fence, which then sees whether such a run was removed: from here on nobody does, or packs it.
        var late = known.FindAll(run => run.Place!.HasEnded);
        if (late.Count > 0) batch.Add(HoldSql).With(late.ConvertAll(run => run.Place!.RunNo).Order().ToArray());
        batch.Add(FenceSql).With(session.Owner.Value).With(session.ServerProcess)
            .With(known.ConvertAll(run => run.Place!.RunNo).ToArray())
            .With(known.ConvertAll(run => run.Place!.Epoch).ToArray());

        if (known.Count < plan.Runs.Count)
            RunRows.AddInsert(batch, session.Owner, plan.Runs.FindAll(run => run.Place is null));
        foreach (var chunk in Chunks(plan.Segments, entry => entry.Slice.Events.Length))
            SegmentTable.AddInserts(batch, chunk);
        var updated = known.FindAll(run => run.Row is not null);
        if (updated.Count > 0) RunRows.AddUpdate(batch, updated);
        AddBlobs(batch, plan.Blobs);
        foreach (var (run, approval) in plan.Approvals) ApprovalTable.AddUpsert(batch, run.RunId, approval);
        if (plan.Consumed.Count > 0) InboxTable.AddRemove(batch, plan.Consumed);
        // After the rows: who posts a fact locks the row of its run, so that none slips in behind the end.
        var ended = known.FindAll(run => run.HasEnded);
        if (ended.Count > 0) InboxTable.AddClear(batch, ended);
        foreach (var record in plan.Records) RecordTable.AddWrite(batch, record);
        if (plan.Ledger.Count > 0) LedgerTable.AddChange(batch, plan.Ledger);
        return batch;
    }

    private static void AddBlobs(NpgsqlBatch batch, List<Blob> blobs)
    {
        if (blobs.Count == 0) return;
        // In one order everywhere, so that two processes that store the same blobs do not wait for each other in a
        // ring.
        blobs.Sort((left, right) => string.CompareOrdinal(left.Digest.Value, right.Digest.Value));
        foreach (var chunk in Chunks(blobs, blob => blob.Bytes.Length)) BlobTable.AddInsert(batch, chunk);
    }

    /// <summary>Cuts a list into parts of which none is much larger than one message should be.</summary>
    public static List<List<T>> Chunks<T>(List<T> items, Func<T, int> bytes)
    {
        var chunks = new List<List<T>>();
        var held = 0L;
        foreach (var item in items)
        {
            if (chunks.Count == 0 || held + bytes(item) > ChunkBytes)
            {
                chunks.Add([]);
                held = 0;
            }

            held += bytes(item);
            chunks[^1].Add(item);
        }

        return chunks;
    }
}
