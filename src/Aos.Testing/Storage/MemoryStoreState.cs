using Aos.Abstractions.Storage;
using Aos.Contracts.Budgets;
using Aos.Contracts.Values;

namespace Aos.Testing.Storage;

/// <summary>What a store in memory holds. Several <see cref="MemoryStore"/>s over one state are several processes over
/// one store; the state outlives their crashes, as a disk does. Thread-safe.</summary>
public sealed class MemoryStoreState
{
    private int _owners;
    private long _facts;

    internal Lock Gate { get; } = new();

    internal List<MemoryRun> Runs { get; } = [];

    internal Dictionary<RunId, MemoryRun> RunsById { get; } = [];

    internal Dictionary<Digest, byte[]> Blobs { get; } = [];

    internal List<ApprovalRow> Approvals { get; } = [];

    internal List<InboxItem> Inbox { get; } = [];

    /// <summary>The decision that was left last for each request, by its number in the inbox.</summary>
    internal Dictionary<ApprovalId, long> Decisions { get; } = [];

    internal List<SkillRow> Skills { get; } = [];

    internal Dictionary<LedgerAccount, (Money Held, Money Spent)> Ledger { get; } = [];

    internal Dictionary<RunId, (string Tenant, RunCharge Charge)> Charges { get; } = [];

    internal Dictionary<(string Kind, string Tenant, string Id), StoredRecord> Records { get; } = [];

    internal List<AuditRow> Audit { get; } = [];

    internal HashSet<string> AliveOwners { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a process. Its name follows from the order of openings, so that simulations repeat.</summary>
    internal string AddOwner()
    {
        var owner = $"own_{++_owners}";
        AliveOwners.Add(owner);
        return owner;
    }

    internal long NextFact() => ++_facts;
}

/// <summary>Names an account of the ledger in memory.</summary>
internal readonly record struct LedgerAccount(string Tenant, string Start, LedgerScope Scope, string Name);

/// <summary>A run in memory.</summary>
internal sealed class MemoryRun
{
    public required RunRow Row { get; set; }

    public List<JournalSegment> Segments { get; } = [];

    public long LastSeq => Segments.Count == 0 ? 0 : Segments[^1].FirstSeq + Segments[^1].Count - 1;
}
