using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

/// <summary>What compaction does to the tables.</summary>
public sealed class PostgresPackingTests : IAsyncLifetime
{
    private TestSchema _schema = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _schema = await TestSchema.CreateAsync();

    public ValueTask DisposeAsync() => _schema.DisposeAsync();

    [Fact]
    public async Task The_segments_of_a_finished_run_become_one_and_much_smaller()
    {
        await using var store = await _schema.OpenAsync();
        await FillAsync(store);
        var before = await NumberAsync("SELECT sum(length(events) + length(hash)) FROM segments");

        Assert.Equal(1, await store.CompactAsync(10, Cancel));

        Assert.Equal(1, await NumberAsync("SELECT count(*) FROM segments"));
        Assert.InRange(
            await NumberAsync("SELECT sum(length(events) + length(hash) + length(links)) FROM segments"),
            1, before / 10);
    }

    [Theory]
    [InlineData(@"events = '\x00000000'")]
    [InlineData("events = substr(events, 1, length(events) - 1)")]
    [InlineData("hash = decode(repeat('00', 32), 'hex')")]
    [InlineData(@"links = '\x00'")]
    [InlineData(@"links = '\xFFFFFFFFFF'")]
    [InlineData("links = substr(links, 1, length(links) - 1)")]
    [InlineData(@"links = links || '\x01'")]
    [InlineData("links = NULL")]
    [InlineData("count = count - 1")]
    [InlineData("first_seq = 2")]
    public async Task A_packed_journal_that_was_changed_is_found_by_the_check(string change)
    {
        await using var store = await _schema.OpenAsync();
        await FillAsync(store);
        await store.CompactAsync(10, Cancel);

        await _schema.ExecuteAsync($"UPDATE segments SET {change}");

        var finding = Assert.Single(await store.CheckAsync(Cancel));
        Assert.Contains(new TestRun("a").Id.Value, finding, StringComparison.Ordinal);
        Assert.Equal(0, await store.CompactAsync(10, Cancel));
    }

    [Fact]
    public async Task Events_that_were_replaced_by_others_of_the_same_form_break_the_chain()
    {
        await using var store = await _schema.OpenAsync();
        await FillAsync(store);
        var forged = new TestRun("b");
        await store.AppendAsync(new[] { forged.Begin("forged"), End(forged) }, Cancel);
        await store.CompactAsync(10, Cancel);

        await _schema.ExecuteAsync("""
            UPDATE segments SET (events, links, count) = (SELECT events, links, count FROM segments WHERE run_no = 2)
            WHERE run_no = 1
            """);

        var finding = Assert.Single(await store.CheckAsync(Cancel));
        Assert.Contains(new TestRun("a").Id.Value, finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packed_journal_that_cannot_be_unpacked_is_said_by_the_reader_and_packed_anew_by_nobody()
    {
        await using var store = await _schema.OpenAsync();
        await FillAsync(store);
        await store.CompactAsync(10, Cancel);
        await _schema.ExecuteAsync(@"UPDATE segments SET links = '\x00'; UPDATE runs SET packed = 0");
        var run = new TestRun("a");

        var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.ReadAsync(run.Id, 0, Cancel));
        Assert.Equal("STORAGE_CORRUPT", failure.Code.Value);
        Assert.Contains(run.Id.Value, failure.Message, StringComparison.Ordinal);

        Assert.Equal(1, await store.CompactAsync(10, Cancel));
        Assert.Equal(0, await store.CompactAsync(10, Cancel));
        Assert.Equal(1, await NumberAsync(@"SELECT count(*) FROM segments WHERE links = '\x00'"));
    }

    private static JournalSlice End(TestRun run) => run.Next("done") with { Row = run.Row(RunStatus.Completed) };

    private static async Task FillAsync(IStore store)
    {
        var run = new TestRun("a");
        var slices = new List<JournalSlice> { run.Begin() };
        for (var i = 0; i < 40; i++) slices.Add(run.Next($$"""{"step":{{i}},"result":"{{new string('x', 200)}}"}"""));
        slices.Add(End(run));
        await store.AppendAsync(slices.ToArray(), Cancel);
    }

    private async Task<long> NumberAsync(string sql) =>
        Convert.ToInt64(await _schema.ExecuteAsync(sql), CultureInfo.InvariantCulture);
}
