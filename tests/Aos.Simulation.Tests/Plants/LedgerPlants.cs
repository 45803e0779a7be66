using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.Simulation.Tests.Plants;

/// <summary>Money is counted after the calls that it was for, and not held before them.</summary>
internal sealed class ChargedAfterwards : LedgerPlant
{
    protected override LedgerChange? Change(JournalSlice slice, LedgerChange right) =>
        right.Held > Money.Zero ? null : right with { Held = Money.Zero };
}

/// <summary>What a run held is not given back when it ends.</summary>
internal sealed class HoldNotReleased : LedgerPlant
{
    protected override LedgerChange? Change(JournalSlice slice, LedgerChange right) =>
        right.Held < Money.Zero ? right with { Held = Money.Zero } : right;
}

/// <summary>What a run has spent is counted twice.</summary>
internal sealed class SettledTwice : LedgerPlant
{
    protected override LedgerChange? Change(JournalSlice slice, LedgerChange right) =>
        right with { Spent = right.Spent + right.Spent };
}

/// <summary>A run that was cancelled gives back what it held, and nobody counts what it has spent.</summary>
internal sealed class CancelledForFree : LedgerPlant
{
    protected override LedgerChange? Change(JournalSlice slice, LedgerChange right) =>
        slice.Row?.Status == Aos.Contracts.Runs.RunStatus.Cancelled ? right with { Spent = Money.Zero } : right;
}

/// <summary>Nobody looks whether the day has room for a run.</summary>
internal sealed class LimitIgnored : LedgerPlant
{
    protected override LedgerChange? Change(JournalSlice slice, LedgerChange right) => right with { Limits = [] };
}

/// <summary>A bug in what the ledger is told.</summary>
internal abstract class LedgerPlant : Plant
{
    public override ReadOnlyMemory<JournalSlice> Written(ReadOnlyMemory<JournalSlice> slices, bool isDying) =>
        slices.ToArray()
            .Select(
                slice => slice.Ledger is { } right ? slice with { Ledger = Change(slice, right) } : slice).ToArray();

    protected abstract LedgerChange? Change(JournalSlice slice, LedgerChange right);
}
