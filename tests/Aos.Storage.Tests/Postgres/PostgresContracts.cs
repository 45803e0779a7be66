using Aos.Abstractions.Storage;
using Aos.Storage.Postgres;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

public sealed class PostgresFixture : IStoreFixture
{
    private TestSchema? _schema;

    public async ValueTask<IStore> OpenAsync() => await (_schema ??= await TestSchema.CreateAsync()).OpenAsync();

    public async ValueTask CrashAsync(IStore store)
    {
        var crashed = (PostgresStore)store;
        crashed.Abandon();
        await _schema!.Server.TerminateAsync(crashed.ServerProcess);
    }

    public async ValueTask DisposeAsync()
    {
        if (_schema is not null) await _schema.DisposeAsync();
    }
}

public sealed class PostgresJournalContract : JournalContract<PostgresFixture>;

public sealed class PostgresBlobContract : BlobContract<PostgresFixture>;

public sealed class PostgresRunRowContract : RunRowContract<PostgresFixture>;

public sealed class PostgresRunListContract : RunListContract<PostgresFixture>;

public sealed class PostgresOwnershipContract : OwnershipContract<PostgresFixture>;

public sealed class PostgresInboxContract : InboxContract<PostgresFixture>;

public sealed class PostgresApprovalContract : ApprovalContract<PostgresFixture>;

public sealed class PostgresSkillContract : SkillContract<PostgresFixture>;

public sealed class PostgresCheckContract : CheckContract<PostgresFixture>;

public sealed class PostgresCompactionContract : CompactionContract<PostgresFixture>;

public sealed class PostgresPruneContract : PruneContract<PostgresFixture>;

public sealed class PostgresLedgerContract : LedgerContract<PostgresFixture>;

public sealed class PostgresRecordContract : RecordContract<PostgresFixture>;

public sealed class PostgresRateContract : RateContract<PostgresFixture>;
