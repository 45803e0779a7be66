using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Postgres;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Runs;
using Aos.Storage.Tests.Contracts;
using Npgsql;

namespace Aos.Storage.Tests.Postgres;

/// <summary>What the server refuses, and what was changed behind the back of the store.</summary>
public sealed class PostgresFailureTests : IAsyncLifetime
{
    private TestSchema _schema = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _schema = await TestSchema.CreateAsync();

    public ValueTask DisposeAsync() => _schema.DisposeAsync();

    [Theory]
    [InlineData("53100", "STORAGE_FULL")]
    [InlineData("XX001", "STORAGE_CORRUPT")]
    [InlineData("58030", "STORAGE_UNAVAILABLE")]
    [InlineData("22012", "STORAGE_UNAVAILABLE")]
    public async Task A_refused_transaction_writes_nothing_and_the_next_one_knows_where_runs_stand(
        string state, string code)
    {
        await using var store = await _schema.OpenAsync();
        var (run, other) = (new TestRun("a"), new TestRun("b"));
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        await _schema.ExecuteAsync($"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '{state}'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON segments FOR EACH ROW WHEN (NEW.first_seq = 3) EXECUTE FUNCTION fail()
            """);
        JournalSlice[] slices = [other.Begin(), run.Next("2"), run.Next("3")];

        var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.AppendAsync(slices, Cancel));
        Assert.Equal(code, failure.Code.Value);
        Assert.Contains("planted", failure.Message, StringComparison.Ordinal);
        Assert.Single(await store.ReadAsync(run.Id, 0, Cancel));
        Assert.Null(await store.FindRunAsync(other.Id, Cancel));

        await _schema.ExecuteAsync("DROP TRIGGER fail ON segments");
        Assert.All(await store.AppendAsync(slices, Cancel), result => Assert.Equal(AppendResult.Written, result));
    }

    // Adding one is refused as the server binds the value: then the driver takes the statement, which it is about to
    // prepare, for one that is not prepared, and the server keeps it.
    private static async Task<long> AddOneAsync(NpgsqlConnection connection, long value) =>
        (await connection.QueryAsync("SELECT $1 + 1", row => row.GetInt64(0), Cancel, Commands.Parameter(value)))[0];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_read_that_the_server_refuses_leaves_no_answer_behind_for_others(int before)
    {
        var address = StoreAddress.Parse(_schema.Options);
        await using var store = await _schema.OpenAsync();
        await using var writing = address.ForWriting();
        await using var writer = new Writer(address, cancel =>
            OwnerSession.OpenAsync(writing, address, _schema.Options, OwnerName.Draw(), TimeProvider.System, cancel));
        await using var readers = new Readers(address.ForReading(), address, writer);
        ValueTask<long> ReadAsync(long value) =>
            readers.ReadAsync(value, (connection, of, _) => AddOneAsync(connection, of), Cancel);

        for (var i = 0; i < before; i++) Assert.Equal(i + 1, await ReadAsync(i));
        await Assert.ThrowsAsync<StoreException>(async () => await ReadAsync(long.MaxValue));
        for (var i = 0; i < 10; i++) Assert.Equal(i + 1, await ReadAsync(i));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_write_that_the_server_refuses_leaves_no_answer_behind_and_keeps_the_session(int before)
    {
        var address = StoreAddress.Parse(_schema.Options);
        await using var store = await _schema.OpenAsync();
        await using var writing = address.ForWriting();
        await using var writer = new Writer(address, cancel =>
            OwnerSession.OpenAsync(writing, address, _schema.Options, OwnerName.Draw(), TimeProvider.System, cancel));
        ValueTask<long> WriteAsync(long value) =>
            writer.TransactAsync(value, (session, of) => AddOneAsync(session.Connection, of), Cancel);

        for (var i = 0; i < before; i++) Assert.Equal(i + 1, await WriteAsync(i));
        await writer.SettleAsync(Cancel);
        var session = writer.Session;
        await Assert.ThrowsAsync<StoreException>(async () => await WriteAsync(long.MaxValue));
        for (var i = 0; i < 10; i++) Assert.Equal(i + 1, await WriteAsync(i));
        Assert.Same(session, writer.Session);
    }

    [Fact]
    public async Task A_commit_that_the_server_refuses_at_its_very_end_is_no_success()
    {
        await using var store = await _schema.OpenAsync();
        await _schema.ExecuteAsync("""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'refused at the commit'; END $$;
            CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON segments DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION fail()
            """);
        var run = new TestRun("a");

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.AppendAsync(new[] { run.Begin() }, Cancel));

        Assert.Contains("refused at the commit", failure.Message, StringComparison.Ordinal);
        Assert.Null(await store.FindRunAsync(run.Id, Cancel));
    }

    [Fact]
    public async Task A_refusal_costs_no_process_its_lock()
    {
        await using var store = await _schema.OpenAsync();
        await _schema.ExecuteAsync("ALTER TABLE segments ADD CONSTRAINT planted CHECK (first_seq < 2)");
        var (run, session) = (new TestRun("a"), store.ServerProcess);

        await Assert.ThrowsAsync<StoreException>(
            async () => await store.AppendAsync(new[] { run.Begin(), run.Next("2") }, Cancel));

        Assert.NotEqual(0, session);
        Assert.Equal(session, store.ServerProcess);
    }

    [Fact]
    public async Task A_run_begun_elsewhere_conflicts_alone_and_leaves_nothing_of_its_slices()
    {
        await using var one = await _schema.OpenAsync();
        await using var two = await _schema.OpenAsync();
        var (mine, yours, fresh) = (new TestRun("a"), new TestRun("a"), new TestRun("b"));
        await one.AppendAsync(new[] { mine.Begin("mine") }, Cancel);
        var blob = TestRun.BlobOf("yours");

        var results = await two.AppendAsync(
            new[] { fresh.Begin("1"), yours.Begin("yours") with { Blobs = [blob] }, yours.Next("2"), fresh.Next("2") },
            Cancel);

        Assert.Equal(
            [AppendResult.Written, AppendResult.Conflict, AppendResult.Conflict, AppendResult.Written], results);
        Assert.Null(await two.ReadBlobAsync(blob.Digest, Cancel));
        Assert.Equal(2, (await one.ReadAsync(fresh.Id, 0, Cancel)).Count);
    }

    [Fact]
    public async Task A_run_may_begin_change_and_end_in_one_batch()
    {
        await using var store = await _schema.OpenAsync();
        var (run, open) = (new TestRun("a"), new TestRun("b"));
        await store.AppendAsync(new[] { open.Begin() }, Cancel);
        Assert.True(await store.PostAsync(open.Id, TestRun.Utf8("too late"), Cancel));

        var slices = new[]
        {
            run.Begin() with { Approvals = [run.Approval("ask", ApprovalStatus.Open)] },
            open.Next("2") with { Row = open.Row(RunStatus.Waiting) },
            run.Next("2") with
            {
                Row = run.Row(RunStatus.Waiting),
                Approvals = [run.Approval("ask", ApprovalStatus.Approved)]
            },
            open.Next("3") with { Row = open.Row(RunStatus.Failed) },
            run.Next("3") with { Row = run.Row(RunStatus.Completed) },
            run.Bare() with { Row = run.Row(RunStatus.Completed) with { Goal = "done" } },
        };
        Assert.All(await store.AppendAsync(slices, Cancel), result => Assert.Equal(AppendResult.Written, result));

        var row = await store.FindRunAsync(run.Id, Cancel);
        Assert.Equal((RunStatus.Completed, "done", 3L), (row!.Status, row.Goal, row.Seq));
        Assert.Equal(run.Head, row.Head.ToArray());
        Assert.Equal(RunStatus.Failed, (await store.FindRunAsync(open.Id, Cancel))!.Status);
        Assert.Equal(ApprovalStatus.Approved, Assert.Single(await store.ListApprovalsAsync(false, Cancel)).Status);
        Assert.Equal(0L, await _schema.ExecuteAsync("SELECT count(*) FROM inbox"));
        Assert.Empty(await store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_batch_that_is_larger_than_one_message_is_one_transaction()
    {
        await using var store = await _schema.OpenAsync();
        var runs = Enumerable.Range(0, 3).Select(i => new TestRun($"r{i}")).ToArray();
        var slices = runs.Select(run => run.Begin(new string('e', 12_000_000)) with
        {
            Blobs = [TestRun.BlobOf($"{run.Id}{new string('b', 12_000_000)}")],
        }).ToArray();

        Assert.All(await store.AppendAsync(slices, Cancel), result => Assert.Equal(AppendResult.Written, result));

        foreach (var run in runs)
            Assert.Equal(12_000_000, Assert.Single(await store.ReadAsync(run.Id, 0, Cancel)).Events.Length);
        Assert.Equal(1L, await _schema.ExecuteAsync("SELECT count(DISTINCT xmin::text) FROM segments"));
        Assert.Empty(await store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Texts_hold_every_character()
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        var row = run.Row(RunStatus.Running) with
        {
            Tenant = @"a\0b",
            AgentId = "\0",
            Goal = "\\\0\\0 ₿ \ud83d\ude80 \ud83d!"
        };
        await store.AppendAsync(new[] { run.Begin() with { Row = row } }, Cancel);

        var read = await store.FindRunAsync(run.Id, Cancel);

        Assert.Equal((@"a\0b", "\0", "\\\0\\0 ₿ \ud83d\ude80 \ufffd!"), (read!.Tenant, read.AgentId, read.Goal));
    }

    [Fact]
    public async Task Idle_connections_that_the_server_closed_do_not_fail_a_read()
    {
        await using var store = await _schema.OpenAsync(new PostgresStoreOptions
        {
            ConnectionString = $"{_schema.Server.ConnectionString};Application Name={_schema.Name}",
            Schema = _schema.Name,
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.ListRunsAsync(new RunFilter(), Cancel).AsTask()));
        var killed = (long)(await _schema.Server.ExecuteAsync("""
            SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity WHERE application_name = $1 AND pid <> $2
            """, _schema.Name, store.ServerProcess))!;
        Assert.InRange(killed, 1, 4);

        Assert.Empty(await store.ListRunsAsync(new RunFilter(), Cancel));
    }

    [Theory]
    [InlineData("UPDATE segments SET events = 'f' WHERE first_seq = 2")]
    [InlineData("UPDATE segments SET count = 2 WHERE first_seq = 3")]
    [InlineData("DELETE FROM segments WHERE first_seq = 1")]
    [InlineData("DELETE FROM segments WHERE first_seq = 2")]
    [InlineData("DELETE FROM segments WHERE first_seq = 3")]
    [InlineData("DELETE FROM segments")]
    [InlineData("UPDATE segments SET first_seq = 9 - first_seq WHERE first_seq > 1; UPDATE segments SET first_seq = first_seq - 4 WHERE first_seq > 1")]
    [InlineData("UPDATE runs SET head = decode(repeat('00', 32), 'hex')")]
    [InlineData("UPDATE runs SET seq = 2")]
    [InlineData("DELETE FROM runs")]
    [InlineData("INSERT INTO skills (name, version, digest, contract) VALUES ('a', '1.0.0', decode(repeat('00', 32), 'hex'), 'f')")]
    [InlineData("UPDATE blobs SET bytes = 'f'")]
    [InlineData("INSERT INTO inbox (run_no, posted_at, fact) VALUES (77, 0, '')")]
    [InlineData("INSERT INTO approvals (id, run_no, status, requested_at, expires_at, request) VALUES ('x', 77, 'open', 0, 0, '')")]
    [InlineData("UPDATE audit SET entry = 'f' WHERE entry_no = 2")]
    [InlineData("UPDATE audit SET tenant = 'u' WHERE entry_no = 3")]
    [InlineData("UPDATE audit SET hash = (SELECT hash FROM audit WHERE entry_no = 2) WHERE entry_no = 1")]
    [InlineData("DELETE FROM audit WHERE entry_no = 1")]
    [InlineData("DELETE FROM audit WHERE entry_no = 2")]
    [InlineData("UPDATE audit SET entry_no = 9 WHERE entry_no = 3")]
    public async Task The_check_finds_what_was_edited_behind_its_back(string edit)
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[]
        {
            run.Begin(), run.Next("2"),
            run.Next("3") with { Row = run.Row(RunStatus.Waiting), Blobs = [TestRun.BlobOf("blob")] },
        }, Cancel);
        foreach (var entry in (string[])["one", "two", "three"])
            await store.AppendAuditAsync("t", TestRun.Utf8(entry), Cancel);
        Assert.Empty(await store.CheckAsync(Cancel));

        await _schema.ExecuteAsync(edit);

        Assert.Single(await store.CheckAsync(Cancel));
    }

    [Theory]
    [InlineData("UPDATE blobs SET bytes = ''")]
    [InlineData("UPDATE runs SET status = 'dreaming'")]
    public async Task What_was_forged_is_not_handed_out(string edit)
    {
        await using var store = await _schema.OpenAsync();
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() with { Blobs = [TestRun.BlobOf("x")] } }, Cancel);
        await _schema.ExecuteAsync(edit);

        var failure = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await store.ReadBlobAsync(TestRun.BlobOf("x").Digest, Cancel);
            await store.FindRunAsync(run.Id, Cancel);
        });
        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
    }

    [Fact]
    public async Task Stores_of_several_processes_write_side_by_side()
    {
        await using var one = await _schema.OpenAsync();
        await using var two = await _schema.OpenAsync();
        var shared = TestRun.BlobOf("shared");

        await Task.WhenAll(new[] { one, two }.Select(async (store, at) =>
        {
            var run = new TestRun($"r{at}");
            await store.AppendAsync(new[] { run.Begin() }, Cancel);
            for (var i = 0; i < 30; i++)
                Assert.Equal([AppendResult.Written],
                    await store.AppendAsync(
                        new[] { run.Next($"{i}") with { Blobs = [shared, TestRun.BlobOf($"{i}")] } }, Cancel));
        }));

        Assert.Equal(31, (await one.ReadAsync(new TestRun("r0").Id, 0, Cancel)).Count);
        Assert.Equal(31, (await one.ReadAsync(new TestRun("r1").Id, 0, Cancel)).Count);
        Assert.Empty(await one.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_closed_store_refuses_calls()
    {
        var store = await _schema.OpenAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ReadInboxAsync(Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await store.AppendAsync(new[] { new TestRun("a").Begin() }, Cancel));
    }
}
