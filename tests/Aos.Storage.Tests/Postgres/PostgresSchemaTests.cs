using Aos.Abstractions.Storage;
using Aos.Storage.Postgres;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Runs;
using Aos.Storage.Postgres.Schema;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

/// <summary>The schema: how it is made, brought forward and refused. And what opening asks of the server.</summary>
public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private const string Canary = "s3cr3t-canary";

    private TestSchema _schema = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _schema = await TestSchema.CreateAsync();

    public ValueTask DisposeAsync() => _schema.DisposeAsync();

    [Fact]
    public async Task Many_that_open_a_new_store_at_once_share_one()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _schema.OpenAsync().AsTask()));
        var runs = stores.Select((_, i) => new TestRun($"r{i}")).ToArray();

        await Task.WhenAll(stores.Select((store, i) => store.AppendAsync(new[] { runs[i].Begin() }, Cancel).AsTask()));

        Assert.Equal(6, (await stores[0].ListRunsAsync(new RunFilter(), Cancel)).Count);
        Assert.Equal(
            Versions(Known),
            await _schema.ExecuteAsync("SELECT string_agg(version::text, ' ' ORDER BY version) FROM aos_migrations"));
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task An_older_schema_is_brought_forward_once_and_keeps_its_runs()
    {
        var run = new TestRun("a");
        await using (var old = await _schema.OpenAsync()) await old.AppendAsync(new[] { run.Begin() }, Cancel);
        var newer = Newer("ALTER TABLE runs ADD COLUMN priority int NOT NULL DEFAULT 3");

        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _schema.OpenAsync(newer).AsTask()));
        foreach (var store in stores) await store.DisposeAsync();

        Assert.Equal(3, await _schema.ExecuteAsync("SELECT priority FROM runs"));
        Assert.Equal(
            Versions(Known + 1),
            await _schema.ExecuteAsync("SELECT string_agg(version::text, ' ' ORDER BY version) FROM aos_migrations"));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_older_schema()
    {
        await (await _schema.OpenAsync()).DisposeAsync();

        await ExpectAsync("STORAGE_UNAVAILABLE", "nowhere",
            Newer("ALTER TABLE runs ADD COLUMN priority int; INSERT INTO nowhere VALUES (1)"));

        await using var store = await _schema.OpenAsync();
        await store.AppendAsync(new[] { new TestRun("a").Begin() }, Cancel);
        Assert.Equal(Known, await _schema.ExecuteAsync("SELECT max(version) FROM aos_migrations"));
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await (await _schema.OpenAsync()).DisposeAsync();
        await _schema.ExecuteAsync("INSERT INTO aos_migrations VALUES (999, 0)");

        await ExpectAsync("STORAGE_TOO_NEW", "schema 999");
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("ledger")]
    [InlineData("charges")]
    [InlineData("records")]
    [InlineData("audit")]
    public async Task A_store_that_lacks_a_table_is_not_migrated(string table)
    {
        await (await _schema.OpenAsync()).DisposeAsync();
        await _schema.ExecuteAsync($"DROP TABLE {table}");
        await ExpectAsync("STORAGE_CORRUPT", table, Newer("SELECT 1"));
    }

    [Fact]
    public async Task Tables_of_another_program_are_refused_and_left_as_they_are()
    {
        await _schema.Server.ExecuteAsync($"CREATE SCHEMA {_schema.Name}; CREATE TABLE {_schema.Name}.runs (x int)");

        await ExpectAsync("STORAGE_UNAVAILABLE", "another program");

        Assert.Equal("runs", await _schema.ExecuteAsync(
            $"SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = '{_schema.Name}'::regnamespace"));
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_whatever_the_role_says()
    {
        var role = $"careless_{_schema.Name}";
        await _schema.Server.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN; CREATE SCHEMA {_schema.Name} AUTHORIZATION {role};
            ALTER ROLE {role} SET synchronous_commit = off; ALTER ROLE {role} SET default_transaction_read_only = on;
            """);
        var options = new PostgresStoreOptions
        {
            ConnectionString = _schema.Server.ConnectionString.Replace("aos_tests", role, StringComparison.Ordinal),
            Schema = _schema.Name,
        };
        var address = StoreAddress.Parse(options);
        await using var source = address.ForWriting();
        await using var session = await OwnerSession.OpenAsync(
            source, address, options, OwnerName.Draw(), TimeProvider.System, Cancel);

        Assert.Equal("on", await session.Connection.ScalarAsync<string>("SHOW synchronous_commit", Cancel));
        Assert.Equal("off", await session.Connection.ScalarAsync<string>("SHOW default_transaction_read_only", Cancel));
    }

    [Theory]
    [InlineData($"Host=127.0.0.1;Port=1;Username=u;Password={Canary}", "127.0.0.1:1/u (schema aos)")]
    [InlineData($"Host=127.0.0.1;Port=1;Database=d;Username=u;Password={Canary};Include Error Detail=true;Persist Security Info=true", "127.0.0.1:1/d")]
    public async Task A_server_that_is_not_there_is_named_without_the_password(string connection, string named)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await PostgresStore.OpenAsync(
            new PostgresStoreOptions { ConnectionString = connection }, TimeProvider.System, Cancel));

        Assert.Equal("STORAGE_UNAVAILABLE", failure.Code.Value);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Database=d")]
    [InlineData($"Host=h;Password=x;{Canary}=y")]
    [InlineData($"Host=h;Port={Canary}")]
    [InlineData($"postgres://u:{Canary}@h/d")]
    public async Task A_connection_string_that_cannot_be_read_is_refused_and_not_quoted(string connection)
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(async () => await PostgresStore.OpenAsync(
            new PostgresStoreOptions { ConnectionString = connection }, TimeProvider.System, Cancel));
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a\"; DROP TABLE x")]
    [InlineData("1a")]
    [InlineData("pg_aos")]
    public void A_schema_that_is_no_plain_name_is_refused(string schema) => Assert.Throws<ArgumentException>(
        () => StoreAddress.Parse(new PostgresStoreOptions { ConnectionString = "Host=h", Schema = schema }));

    [Fact]
    public async Task A_database_that_is_not_there_and_a_user_without_rights_are_said()
    {
        var connection = _schema.Server.ConnectionString;
        await ExpectAsync("STORAGE_UNAVAILABLE", "Create the database first", new PostgresStoreOptions
        {
            ConnectionString = connection.Replace("=postgres", "=nowhere", StringComparison.Ordinal),
        });
        await _schema.Server.ExecuteAsync($"CREATE ROLE powerless_{_schema.Name} LOGIN");
        await ExpectAsync("STORAGE_UNAVAILABLE", "allowed to create it", new PostgresStoreOptions
        {
            ConnectionString = connection.Replace("aos_tests", $"powerless_{_schema.Name}", StringComparison.Ordinal),
            Schema = _schema.Name,
        });
    }

    private static int Known => Migration.All.Count;

    private static string Versions(int last) => string.Join(' ', Enumerable.Range(1, last));

    private PostgresStoreOptions Newer(string sql) => new()
    {
        ConnectionString = _schema.Server.ConnectionString,
        Schema = _schema.Name,
        Migrations = [.. Migration.All, new Migration(Known + 1, sql)],
    };

    private async Task ExpectAsync(string code, string words, PostgresStoreOptions? options = null)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await _schema.OpenAsync(options));
        Assert.Equal(code, failure.Code.Value);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
