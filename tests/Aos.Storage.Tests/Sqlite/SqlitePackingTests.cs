using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Sqlite;

/// <summary>What compaction does to the file.</summary>
public sealed class SqlitePackingTests : IDisposable
{
    private readonly DataDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_segments_of_a_finished_run_become_one_and_much_smaller()
    {
        await using var store = await _directory.OpenAsync();
        await FillAsync(store);
        using var connection = _directory.Connect(ConnectionMode.Read);
        var before = connection.Number("SELECT sum(length(events) + length(hash)) FROM segments");

        Assert.Equal(1, await store.CompactAsync(10, Cancel));

        Assert.Equal(1, connection.Number("SELECT count(*) FROM segments"));
        Assert.InRange(
            connection.Number("SELECT sum(length(events) + length(hash) + length(links)) FROM segments"),
            1, before / 10);
    }

    [Theory]
    [InlineData("events = zeroblob(10)")]
    [InlineData("events = substr(events, 1, length(events) - 1)")]
    [InlineData("hash = zeroblob(32)")]
    [InlineData("links = x'00'")]
    [InlineData("links = x'FFFFFFFFFF'")]
    [InlineData("links = substr(links, 1, length(links) - 1)")]
    [InlineData("links = CAST(links || x'01' AS BLOB)")]
    [InlineData("count = count - 1")]
    public async Task A_packed_journal_that_was_changed_is_found_by_the_check(string change)
    {
        var run = new TestRun("a");
        await using var store = await _directory.OpenAsync();
        await FillAsync(store);
        await store.CompactAsync(10, Cancel);

        _directory.Execute($"UPDATE segments SET {change}");

        Assert.Contains(run.Id.Value, Assert.Single(await store.CheckAsync(Cancel)), StringComparison.Ordinal);
        Assert.Equal(0, await store.CompactAsync(10, Cancel));
    }

    [Fact]
    public async Task Events_that_were_replaced_by_others_of_the_same_form_break_the_chain()
    {
        await using var store = await _directory.OpenAsync();
        await FillAsync(store);
        await using var other = await _directory.OpenAsync();
        var forged = new TestRun("b");
        await other.AppendAsync(
            new[] { forged.Begin("forged"), forged.Next(
                [.. Enumerable.Repeat("y", 40)]) with { Row = forged.Row(RunStatus.Completed) } }, Cancel);
        await store.CompactAsync(10, Cancel);

        _directory.Execute("UPDATE segments SET (events, links, count) = (SELECT events, links, count FROM segments WHERE run_no = 2) WHERE run_no = 1");

        var finding = Assert.Single(await store.CheckAsync(Cancel));
        Assert.Contains(new TestRun("a").Id.Value, finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Room_is_given_back_when_asked()
    {
        await using var store = await _directory.OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            var run = new TestRun($"r{i}");
            await store.AppendAsync(
                new[] { run.Begin(), run.Next(
                    new string('x', 20_000)) with { Row = run.Row(RunStatus.Failed) with { EndedAt = TestRun.Noon } } },
                        Cancel);
        }

        await store.PruneAsync(new PruneRequest { EndedBefore = TestRun.Noon.AddDays(1) }, Cancel);
        await store.ShrinkAsync(Cancel);

        Assert.InRange(new FileInfo(_directory.Database).Length, 4096, 200_000);
        Assert.Empty(await store.CheckAsync(Cancel));
        await store.AppendAsync(new[] { new TestRun("after").Begin() }, Cancel);
    }

    private static async Task FillAsync(SqliteStore store)
    {
        var run = new TestRun("a");
        await store.AppendAsync(new[] { run.Begin() }, Cancel);
        for (var i = 0; i < 40; i++)
            await store.AppendAsync(
                new[] { run.Next($"{{\"step\":{i},\"result\":\"{new string('x', 200)}\"}}") }, Cancel);
        await store.AppendAsync(new[] { run.Next("done") with { Row = run.Row(RunStatus.Completed) } }, Cancel);
    }
}
