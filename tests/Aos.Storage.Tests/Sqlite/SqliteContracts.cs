using Aos.Abstractions.Storage;
using Aos.Storage.Sqlite;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

public sealed class SqliteFixture : IStoreFixture
{
    private readonly DataDirectory _directory = new();

    public async ValueTask<IStore> OpenAsync() => await _directory.OpenAsync();

    public ValueTask CrashAsync(IStore store)
    {
        ((SqliteStore)store).Abandon();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteJournalContract : JournalContract<SqliteFixture>;

public sealed class SqliteBlobContract : BlobContract<SqliteFixture>;

public sealed class SqliteRunRowContract : RunRowContract<SqliteFixture>;

public sealed class SqliteRunListContract : RunListContract<SqliteFixture>;

public sealed class SqliteOwnershipContract : OwnershipContract<SqliteFixture>;

public sealed class SqliteInboxContract : InboxContract<SqliteFixture>;

public sealed class SqliteApprovalContract : ApprovalContract<SqliteFixture>;

public sealed class SqliteSkillContract : SkillContract<SqliteFixture>;

public sealed class SqliteCheckContract : CheckContract<SqliteFixture>;

public sealed class SqliteCompactionContract : CompactionContract<SqliteFixture>;

public sealed class SqlitePruneContract : PruneContract<SqliteFixture>;

public sealed class SqliteLedgerContract : LedgerContract<SqliteFixture>;

public sealed class SqliteRecordContract : RecordContract<SqliteFixture>;

public sealed class SqliteRateContract : RateContract<SqliteFixture>;
