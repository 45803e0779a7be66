using Aos.Abstractions.Storage;

namespace Aos.Storage.Tests.Contracts;

/// <summary>What a server keeps beside runs.</summary>
public abstract class RecordContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    private IRecordStore Records => (IRecordStore)Store;

    [Fact]
    public async Task A_record_is_found_as_it_was_written_by_every_process_and_by_its_own_tenant_only()
    {
        Assert.Equal(1, await PutAsync("a", "first \0 \\ ü", tenant: "x\\y"));
        var other = (IRecordStore)await OpenAnotherAsync();

        var found = await other.FindRecordAsync("key", "x\\y", "a", Cancel);

        Assert.Equal(("a", 1L, "first \0 \\ ü"), (found!.Id, found.Version, TestRun.Text(found.Body)));
        Assert.Null(await other.FindRecordAsync("key", "x", "a", Cancel));
        Assert.Null(await other.FindRecordAsync("agent", "x\\y", "a", Cancel));
        Assert.Empty(await other.ListRecordsAsync("key", "x", null, 10, Cancel));
    }

    [Fact]
    public async Task A_document_of_a_slice_is_written_with_its_events_or_not_at_all()
    {
        var run = new TestRun("noticed");
        RecordChange Notice(string id, string text) =>
            new() { Kind = "notice", Tenant = "", Id = id, Body = TestRun.Utf8(text) };
        await AppendAsync(run.Begin("begun") with { Records = [Notice("a", "first \0 ü"), Notice("b", "second")] });
        var next = run.Next("more");
        await AppendAsync(next with { Records = [Notice("b", "third")] });
        var late = next with { Records = [Notice("c", "from a writer that comes too late")] };

        Assert.Equal([AppendResult.Conflict], await Store.AppendAsync(new[] { late }, Cancel));

        var other = (IRecordStore)await OpenAnotherAsync();
        Assert.Equal(["a 1 first \0 ü", "b 2 third"], (await other.ListRecordsAsync("notice", "", null, 10, Cancel))
            .Select(record => $"{record.Id} {record.Version} {TestRun.Text(record.Body)}"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AppendAsync(
            new[] { run.Next("x") with { Records = [Notice("d", "x") with { Expected = 1 }] } }, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AppendAsync(
            new[] { run.Next("y") with { Records = [new RecordChange { Kind = "notice", Tenant = "", Id = "a" }] } },
            Cancel));
    }

    [Fact]
    public async Task Each_write_raises_the_version()
    {
        await PutAsync("a", "1");
        Assert.Equal(2, await PutAsync("a", "2"));
        Assert.Equal(3, await PutAsync("a", "3"));
        Assert.Equal("3", TestRun.Text((await Records.FindRecordAsync("key", "t", "a", Cancel))!.Body));
    }

    [Fact]
    public async Task A_writer_that_expects_another_version_changes_nothing()
    {
        Assert.Null(await PutAsync("a", "1", expected: 1));
        Assert.Equal(1, await PutAsync("a", "1", expected: 0));
        Assert.Null(await PutAsync("a", "2", expected: 0));
        Assert.Null(await PutAsync("a", "2", expected: 2));
        Assert.Null(await PutAsync("a", null, expected: 2));
        Assert.Equal("1", TestRun.Text((await Records.FindRecordAsync("key", "t", "a", Cancel))!.Body));
        Assert.Equal(2, await PutAsync("a", "2", expected: 1));
    }

    [Fact]
    public async Task A_removed_record_is_gone_and_begins_anew()
    {
        await PutAsync("a", "1");
        await PutAsync("a", "2");
        Assert.Equal(2, await PutAsync("a", null, expected: 2));
        Assert.Null(await Records.FindRecordAsync("key", "t", "a", Cancel));
        Assert.Null(await PutAsync("a", null));
        Assert.Equal(1, await PutAsync("a", "3", expected: 0));
    }

    [Fact]
    public async Task Of_many_writers_that_expect_the_same_one_succeeds()
    {
        var stores = new List<IRecordStore> { Records };
        for (var i = 0; i < 3; i++) stores.Add((IRecordStore)await OpenAnotherAsync());

        var versions =
            await Task.WhenAll(stores.SelectMany(store => Enumerable.Range(0, 5).Select(_ => Task.Run(async () =>
            await store.PutRecordAsync(Change("a", "1", 0), Cancel), Cancel))));

        Assert.Equal(1, Assert.Single(versions, version => version is not null));
    }

    [Fact]
    public async Task Records_are_listed_by_the_bytes_of_their_ids_a_page_at_a_time()
    {
        foreach (var id in (string[])["b", "Z", "a", "ä"]) await PutAsync(id, id);
        await PutAsync("other", "x", tenant: "u");

        Assert.Equal(["Z", "a", "b", "ä"], await IdsAsync(null, 10));
        Assert.Equal(["Z", "a"], await IdsAsync(null, 2));
        Assert.Equal(["b", "ä"], await IdsAsync("a", 2));
        Assert.Empty(await IdsAsync("ä", 2));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await IdsAsync(null, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await IdsAsync(null, 1_001));
    }

    [Fact]
    public async Task Entries_of_the_audit_log_follow_each_other_whoever_writes_them()
    {
        var stores = new List<IRecordStore> { Records };
        for (var i = 0; i < 2; i++) stores.Add((IRecordStore)await OpenAnotherAsync());

        await Task.WhenAll(stores.SelectMany((store, s) => Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
            await store.AppendAuditAsync(i % 2 == 0 ? "even" : "odd", TestRun.Utf8($"{s} {i}"), Cancel), Cancel))));

        var all = await Records.ReadAuditAsync(null, 0, 1_000, Cancel);
        Assert.Equal(Enumerable.Range(1, 24).Select(seq => (long)seq), all.Select(row => row.Seq));
        Assert.Empty(await Store.CheckAsync(Cancel));
        Assert.Equal(12, (await Records.ReadAuditAsync("odd", 0, 1_000, Cancel)).Count);
        Assert.Equal(
            all.Skip(5).Take(3).Select(row => row.Seq),
            (await Records.ReadAuditAsync(null, 5, 3, Cancel)).Select(row => row.Seq));
    }

    [Fact]
    public async Task The_chain_of_the_audit_log_holds_tenant_and_entry()
    {
        var first = await Records.AppendAuditAsync("t", TestRun.Utf8("one"), Cancel);
        var second = await Records.AppendAuditAsync("t", TestRun.Utf8("two"), Cancel);

        byte[] one = [.. new byte[32], .. "t\0one"u8];
        var head = System.Security.Cryptography.SHA256.HashData(one);
        byte[] two = [.. head, .. "t\0two"u8];
        Assert.Equal(Convert.ToHexString(head), Convert.ToHexString(first.Hash.Span));
        Assert.Equal(
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(two)),
            Convert.ToHexString(second.Hash.Span));
    }

    [Fact]
    public async Task Runs_and_requests_are_known_by_tenant_and_agent()
    {
        foreach (var (name, tenant, agent) in ((string, string, string)[])[
            ("a", "x", "p"), ("b", "y", "p"), ("c", "x", "q")])
        {
            var run = new TestRun(name);
            await WriteAsync(run.Begin() with
            {
                Row = run.Row(Aos.Contracts.Runs.RunStatus.Running) with { Tenant = tenant, AgentId = agent },
                Approvals = [run.Approval(name, ApprovalStatus.Open)],
            });
        }

        Assert.Equal(["c", "a"], await RunsAsync(new RunFilter { Tenant = "x" }));
        Assert.Equal(["a"], await RunsAsync(new RunFilter { Tenant = "x", AgentId = "p" }));
        Assert.Equal(
            ["b", "a"],
            await RunsAsync(new RunFilter { AgentId = "p", Statuses = [Aos.Contracts.Runs.RunStatus.Running] }));
        Assert.Equal(["a"], await RunsAsync(new RunFilter { Tenant = "x", Before = new TestRun("c").Id }));
        Assert.Empty(await RunsAsync(new RunFilter { Tenant = "z" }));
        Assert.Equal(
            ["x", "y", "x"], (await Store.ListApprovalsAsync(openOnly: true, Cancel)).Select(row => row.Tenant));
        Assert.Equal("y", (await Store.FindApprovalAsync(TestRun.ApprovalIdOf("b"), Cancel))!.Tenant);
    }

    private static RecordChange Change(string id, string? body, long? expected = null, string tenant = "t") => new()
    {
        Kind = "key",
        Tenant = tenant,
        Id = id,
        Body = body is null ? (ReadOnlyMemory<byte>?)null : TestRun.Utf8(body),
        Expected = expected,
    };

    private ValueTask<long?> PutAsync(string id, string? body, long? expected = null, string tenant = "t") =>
        Records.PutRecordAsync(Change(id, body, expected, tenant), Cancel);

    private async Task<string[]> IdsAsync(string? after, int limit) =>
        [.. (await Records.ListRecordsAsync("key", "t", after, limit, Cancel)).Select(row => row.Id)];

    private async Task<string[]> RunsAsync(RunFilter filter) =>
        [.. (await Store.ListRunsAsync(filter, Cancel)).Select(row => row.RunId.Value[4..5])];
}
