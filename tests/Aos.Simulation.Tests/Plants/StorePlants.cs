using System.Security.Cryptography;
using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Testing.Storage;

namespace Aos.Simulation.Tests.Plants;

/// <summary>The store says that events are durable before they are: no flush before the effect.</summary>
internal sealed class SkippedFlush : Plant
{
    public override IStore Above(IStore store, TimeProvider time) => new Store(store, time);

    private sealed class Store(IStore inner, TimeProvider time) : StoreDecorator(inner)
    {
        private Task _last = Task.CompletedTask;

        public override ValueTask<AppendResult[]> AppendAsync(
            ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
        {
            _last = WriteLaterAsync(_last, slices.ToArray());
            return ValueTask.FromResult(new AppendResult[slices.Length]);
        }

        private async Task WriteLaterAsync(Task before, JournalSlice[] slices)
        {
            await before;
            await Task.Delay(TimeSpan.FromMilliseconds(5), time);
            await Inner.AppendAsync(slices, CancellationToken.None);
        }
    }
}

/// <summary>A failed commit is taken for a good one.</summary>
internal sealed class SwallowedCommitFailure : Plant
{
    public override IStore Above(IStore store, TimeProvider time) => new Store(store);

    private sealed class Store(IStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<AppendResult[]> AppendAsync(
            ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
        {
            try
            {
                return await base.AppendAsync(slices, cancel);
            }
            catch (StoreException)
            {
                return new AppendResult[slices.Length];
            }
        }
    }
}

/// <summary>The store lets a process write to a run that another one has adopted.</summary>
internal sealed class DroppedOwnerCheck : Plant
{
    public override IStore Below(MemoryStore store, MemoryStoreState state) => new Store(store, state);

    private sealed class Store(IStore inner, MemoryStoreState state) : StoreDecorator(inner)
    {
        public override ValueTask<AppendResult[]> AppendAsync(
            ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
        {
            foreach (var slice in slices.Span)
                if (slice.AfterSeq > 0 && state.RunsById.TryGetValue(slice.RunId, out var run))
                    run.Row = run.Row with { Owner = Owner };
            return base.AppendAsync(slices, cancel);
        }
    }
}

/// <summary>The store leaves out a sequence number.</summary>
internal sealed class SequenceGap : Plant
{
    public override IStore Below(MemoryStore store, MemoryStoreState state) => new Store(store, state);

    private sealed class Store(IStore inner, MemoryStoreState state) : StoreDecorator(inner)
    {
        public override async ValueTask<AppendResult[]> AppendAsync(
            ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
        {
            var results = await base.AppendAsync(slices, cancel);
            if (results[^1] == AppendResult.Written && slices.Span[^1].Row?.IsEnded == true)
            {
                var segments = state.RunsById[slices.Span[^1].RunId].Segments;
                segments[^1] = segments[^1] with { FirstSeq = segments[^1].FirstSeq + 1 };
            }
            return results;
        }
    }
}

/// <summary>A crash in the middle of a commit leaves the first half of a run's events.</summary>
internal sealed class TornSlice : Plant
{
    public override ReadOnlyMemory<JournalSlice> Written(ReadOnlyMemory<JournalSlice> slices, bool isDying)
    {
        if (!isDying || slices.Length == 0 || slices.Span[^1] is not { Count: > 1, AfterSeq: > 0 } last) return slices;
        var lines = last.Events.ToArray();
        var end = Array.IndexOf(lines, (byte)'\n');
        // The chain is as it should be: it confirms what was written.
        var torn = last with { Count = 1, Events = lines.AsMemory(0, end), Row = null, Hash = default };
        var all = slices.ToArray();
        all[^1] = torn with
        {
            Hash = SHA256.HashData([.. HeadOf?.Invoke(last.RunId) ?? new byte[32], .. lines.AsSpan(0, end)])
        };
        return all;
    }

    private Func<RunId, byte[]>? HeadOf { get; set; }

    public override IStore Below(MemoryStore store, MemoryStoreState state)
    {
        HeadOf = id => state.RunsById[id].Segments[^1].Hash.ToArray();
        return store;
    }
}

/// <summary>A decision is acknowledged and thrown away.</summary>
internal sealed class LostDecision : Plant
{
    public override IStore Below(MemoryStore store, MemoryStoreState state) => new Store(store);

    private sealed class Store(IStore inner) : StoreDecorator(inner)
    {
        private int _posted;

        public override async ValueTask<bool> PostAsync(
            RunId runId, ReadOnlyMemory<byte> fact, CancellationToken cancel) =>
            ++_posted % 2 == 0 || await base.PostAsync(runId, fact, cancel);
    }
}

/// <summary>Facts of the inbox are removed before the run has taken them.</summary>
internal sealed class EagerInbox : Plant
{
    public override IStore Below(MemoryStore store, MemoryStoreState state) => new Store(store, state);

    private sealed class Store(IStore inner, MemoryStoreState state) : StoreDecorator(inner)
    {
        public override async ValueTask<IReadOnlyList<InboxItem>> ReadInboxAsync(CancellationToken cancel)
        {
            var items = await base.ReadInboxAsync(cancel);
            state.Inbox.RemoveAll(item => items.Any(read => read.Id == item.Id));
            return items;
        }
    }
}
