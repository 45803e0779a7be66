using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Testing.Storage;

namespace Aos.Simulation.Tests.Plants;

/// <summary>Of two processes that count at the same time, one forgets what the other has counted.</summary>
internal sealed class OverwrittenSlots : Plant
{
    public override IStore Below(MemoryStore store, MemoryStoreState state) => new Store(store);

    private sealed class Store(IStore inner) : StoreDecorator(inner)
    {
        public override ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel) =>
            base.PutRecordAsync(change with { Expected = null }, cancel);
    }
}

/// <summary>A call does not wait for its slot.</summary>
internal sealed class ImpatientCall : Plant
{
    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(
            state, fact is RunEvent.SlotAnswered { Booked: true } answered
                ? answered with { SlotAt = answered.At } : fact);
        return Of(state, right.Events.Select(e => ReferenceEquals(e, right.Events[0]) ? fact : e), right.Effects);
    }
}

/// <summary>An attempt that is made again uses the slot of the one before.</summary>
internal sealed class SharedSlot : Plant
{
    private readonly HashSet<CallKey> _had = [];

    public override Transition Advance(RunState state, RunEvent.Fact fact)
    {
        var right = base.Advance(state, fact);
        if (right.Effects is not [Effect.BookSlot book] || _had.Add(book.Call)) return right;
        var then = base.Advance(
            right.State,
            new RunEvent.SlotAnswered
            {
                At = fact.At,
                StepId = book.Call.Step,
                Item = book.Call.Item,
                SlotAt = fact.At,
                Booked = true
            });
        return new Transition([.. right.Events, .. then.Events], then.Effects, then.State);
    }
}
