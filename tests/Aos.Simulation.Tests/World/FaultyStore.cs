using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Simulation.Tests.Plants;

namespace Aos.Simulation.Tests.World;

/// <summary>A store that fails in every way that its port allows, and shows the witness what became durable.</summary>
internal sealed class FaultyStore(IStore inner, Node node, Simulation simulation) : StoreDecorator(inner)
{
    private readonly List<InboxItem> _seen = [];

    private Faults Faults => simulation.Faults;

    private Plant? Plant => simulation.Plant;

    public override async ValueTask<AppendResult[]> AppendAsync(
        ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        var rate = simulation.Scenario.CommitFaults;
        if (Faults.Strikes(FaultKind.CrashBeforeCommit, rate)) return await DieAsync();
        if (Faults.Strikes(FaultKind.CommitLost, rate)) throw Unknown();
        var isSlow = Faults.Strikes(FaultKind.SlowCommit, rate * 4, out var slow);
        // Where the commit point lies within a slow commit, nobody knows.
        var before = isSlow ? slow.Between(0, 2_000) : 0;
        if (isSlow) await DelayAsync(TimeSpan.FromMilliseconds(before));
        if (Faults.Strikes(FaultKind.CrashInCommit, rate, out var torn))
        {
            Write(Some(slices, torn), isDying: true);
            return await DieAsync();
        }
        if (Faults.Strikes(FaultKind.CommitTorn, rate, out torn))
        {
            Write(Some(slices, torn), isDying: true);
            throw Unknown();
        }
        var results = Write(slices, isDying: false);
        if (Faults.Strikes(FaultKind.CrashAfterCommit, rate)) return await DieAsync();
        if (Faults.Strikes(FaultKind.CommitUnheard, rate)) throw Unknown();
        if (isSlow) await DelayAsync(TimeSpan.FromMilliseconds(slow.Between(0, 2_000)));
        else await Task.Yield();
        return results;
    }

    public override async ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(
        RunId runId, long afterSeq, CancellationToken cancel)
    {
        await ReadingAsync();
        return await base.ReadAsync(runId, afterSeq, cancel);
    }

    public override async ValueTask<RunRow?> FindRunAsync(RunId runId, CancellationToken cancel)
    {
        await ReadingAsync();
        return await base.FindRunAsync(runId, cancel);
    }

    public override async ValueTask<int?> AdoptAsync(RunId runId, CancellationToken cancel)
    {
        await ReadingAsync();
        var epoch = await base.AdoptAsync(runId, cancel);
        simulation.History.Note($"{node.Name}: adopts {runId}, epoch {epoch}");
        return epoch;
    }

    public override async ValueTask<ApprovalRow?> FindApprovalAsync(ApprovalId id, CancellationToken cancel)
    {
        await ReadingAsync();
        return await base.FindApprovalAsync(id, cancel);
    }

    public override async ValueTask<bool> PostAsync(RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel)
    {
        if (Faults.Strikes(FaultKind.PostFails, simulation.Scenario.CommitFaults, out var draw))
        {
            if (draw.Chance(500)) await base.PostAsync(runId, fact, cancel);
            throw Unknown();
        }
        var posted = await base.PostAsync(runId, fact, cancel);
        if (posted) simulation.Witness.Posted(runId, fact);
        simulation.History.Note($"{node.Name}: posts to {runId}: {posted}");
        return posted;
    }

    public override async ValueTask<bool> PostDecisionAsync(
        ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel)
    {
        if (Faults.Strikes(FaultKind.PostFails, simulation.Scenario.CommitFaults, out var draw))
        {
            if (draw.Chance(500)) await base.PostDecisionAsync(id, decision, cancel);
            throw Unknown();
        }
        var posted = await base.PostDecisionAsync(id, decision, cancel);
        if (posted && simulation.State.Approvals.Find(row => row.Id == id) is { } request)
            simulation.Witness.Posted(request.RunId, decision);
        simulation.History.Note($"{node.Name}: posts on {id}: {posted}");
        return posted;
    }

    public override async ValueTask<StoredRecord?> FindRecordAsync(
        string kind, string tenant, string id, CancellationToken cancel)
    {
        await ReadingAsync();
        return await base.FindRecordAsync(kind, tenant, id, cancel);
    }

    public override async ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel)
    {
        if (Faults.Strikes(FaultKind.PutFails, simulation.Scenario.CommitFaults, out var draw))
        {
            if (draw.Chance(500)) await base.PutRecordAsync(change, cancel);
            throw Unknown();
        }
        await Task.Yield();
        return await base.PutRecordAsync(change, cancel);
    }

    public override async ValueTask DiscardAsync(IReadOnlyList<long> inboxIds, CancellationToken cancel)
    {
        await ReadingAsync();
        foreach (var id in inboxIds) simulation.Witness.Discarded(id, node.Time.GetUtcNow());
        await base.DiscardAsync(inboxIds, cancel);
    }

    public override async ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel)
    {
        await ReadingAsync();
        var items = await base.ReadInboxAsync(cancel);
        _seen.AddRange(items);
        if (_seen.Count == 0 || !Faults.Strikes(FaultKind.DeliveredAgain, 100, out var draw)) return items;
        return [.. items, _seen[draw.Below(_seen.Count)]];
    }

    private AppendResult[] Write(ReadOnlyMemory<JournalSlice> slices, bool isDying)
    {
        if (Plant is not null) slices = Plant.Written(slices, isDying);
        var results = new AppendResult[slices.Length];
        // One after the other, so that the witness sees the row that each one met; on the pump nothing comes between.
        var conflicts = new HashSet<RunId>();
        for (var i = 0; i < slices.Length; i++)
        {
            var slice = slices.Span[i];
            var row = simulation.Row(slice.RunId);
            if (conflicts.Contains(slice.RunId)) results[i] = AppendResult.Conflict;
            else
                results[i] =
                    Inner.AppendAsync(slices.Slice(i, 1), CancellationToken.None).AsTask().GetAwaiter().GetResult()[0];
            if (results[i] == AppendResult.Written)
                simulation.Witness.Committed(slice, Owner, row, node.Time.GetUtcNow());
            else
            {
                conflicts.Add(slice.RunId);
                simulation.History.Note($"{node.Name}: conflict in {slice.RunId} after {slice.AfterSeq}");
            }
        }
        return results;
    }

    // The port promises all or nothing for the events of a run, not for runs among each other.
    private static JournalSlice[] Some(ReadOnlyMemory<JournalSlice> slices, Dice draw)
    {
        var kept = new Dictionary<RunId, bool>();
        foreach (var slice in slices.Span)
            if (!kept.ContainsKey(slice.RunId)) kept[slice.RunId] = draw.Chance(500);
        return [.. slices.ToArray().Where(slice => kept[slice.RunId])];
    }

    private async ValueTask ReadingAsync()
    {
        if (Faults.Strikes(FaultKind.ReadFails, simulation.Scenario.CommitFaults / 2))
            throw new StoreException(ErrorCodes.StorageUnavailable, "The store of the simulation cannot be read.");
        await Task.Yield();
    }

    private StoreException Unknown()
    {
        node.StoreFailed();
        return new StoreException(
            ErrorCodes.StorageUnavailable, "Whether the commit of the simulation came through is not known.");
    }

    private async Task<AppendResult[]> DieAsync()
    {
        node.Kill();
        return await new TaskCompletionSource<AppendResult[]>().Task;
    }

    private Task DelayAsync(TimeSpan wait) => Task.Delay(wait, node.Time);
}
