using Aos.Abstractions.Storage;
using Aos.Storage.Tests.Contracts;
using Aos.Testing.Storage;

namespace Aos.Storage.Tests.Memory;

public sealed class MemoryFixture : IStoreFixture
{
    private readonly MemoryStoreState _state = new();

    public ValueTask<IStore> OpenAsync() => ValueTask.FromResult<IStore>(new MemoryStore(_state));

    public ValueTask CrashAsync(IStore store)
    {
        ((MemoryStore)store).Crash();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class MemoryJournalContract : JournalContract<MemoryFixture>;

public sealed class MemoryBlobContract : BlobContract<MemoryFixture>;

public sealed class MemoryRunRowContract : RunRowContract<MemoryFixture>;

public sealed class MemoryRunListContract : RunListContract<MemoryFixture>;

public sealed class MemoryOwnershipContract : OwnershipContract<MemoryFixture>;

public sealed class MemoryInboxContract : InboxContract<MemoryFixture>;

public sealed class MemoryApprovalContract : ApprovalContract<MemoryFixture>;

public sealed class MemorySkillContract : SkillContract<MemoryFixture>;

public sealed class MemoryCheckContract : CheckContract<MemoryFixture>;

public sealed class MemoryCompactionContract : CompactionContract<MemoryFixture>;

public sealed class MemoryPruneContract : PruneContract<MemoryFixture>;

public sealed class MemoryLedgerContract : LedgerContract<MemoryFixture>;

public sealed class MemoryRecordContract : RecordContract<MemoryFixture>;

public sealed class MemoryRateContract : RateContract<MemoryFixture>;
