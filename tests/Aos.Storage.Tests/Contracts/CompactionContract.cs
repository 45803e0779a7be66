using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Finished runs take less room, and nobody sees it.</summary>
public abstract class CompactionContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_compacted_journal_is_read_segment_by_segment_as_it_was_appended()
    {
        var run = await EndedAsync("a", segments: 7);
        var before = await SegmentsAsync(run, 0);

        await CompactAllAsync();

        Assert.Equal(before, await SegmentsAsync(run, 0));
        for (var after = 1; after <= run.Seq + 1; after++)
            Assert.Equal(before.Where(segment => segment.Last > after), await SegmentsAsync(run, after));
        Assert.Empty(await Store.CheckAsync(Cancel));
        Assert.Equal(0, await Store.CompactAsync(10, Cancel));
    }

    [Fact]
    public async Task Open_runs_go_on_while_others_are_compacted()
    {
        var (open, ended) = (await BeginAsync("a"), await EndedAsync("b", segments: 3));
        await WriteAsync(open.Next("2"));

        await CompactAllAsync();

        await WriteAsync(open.Next("3", "4"));
        Assert.Equal(["begun", "2", "3\n4"], await EventsAsync(open));
        Assert.Equal(4, (await EventsAsync(ended)).Length);
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task What_comes_late_is_appended_to_a_compacted_run()
    {
        var run = await EndedAsync("a", segments: 2);
        await CompactAllAsync();

        Assert.Equal([AppendResult.Conflict], await AppendAsync(new TestRun("a") { Seq = 1 }.Next("too early")));
        await WriteAsync(run.Next("late"));
        Assert.Equal("late", (await EventsAsync(run))[^1]);
        await CompactAllAsync();

        Assert.Equal(["begun", "0", "1\n1", "late"], await EventsAsync(run));
        Assert.Equal(["late"], await EventsAsync(run, afterSeq: run.Seq - 1));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_run_whose_chain_is_broken_is_compacted_by_nobody_and_still_found()
    {
        var run = await EndedAsync("a", segments: 2);
        await WriteAsync(run.Next("forged") with { Hash = new byte[32] });
        var before = await SegmentsAsync(run, 0);

        await CompactAllAsync();

        Assert.Equal(before, await SegmentsAsync(run, 0));
        Assert.Contains(run.Id.Value, Assert.Single(await Store.CheckAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_length_of_segments_and_of_events_comes_back()
    {
        var run = new TestRun("a");
        var slices = new List<JournalSlice> { run.Begin("é") };
        for (var i = 0; i < 150; i++)
            slices.Add(
                run.Next([.. Enumerable.Range(0, 1 + i % 9 * (i % 23)).Select(n => new string('x', n * i % 311))]));
        slices.Add(run.Next(new string('y', 300_000), "") with { Row = run.Row(RunStatus.Completed) });
        slices.RemoveAll(slice => slice.Events.IsEmpty);
        run = new TestRun("a");
        await WriteAsync([.. slices.Select(slice => Again(run, slice))]);
        var before = await SegmentsAsync(run, 0);

        await CompactAllAsync();

        Assert.Equal(before, await SegmentsAsync(run, 0));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task Another_number_of_runs_is_refused(int runs) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        async () => await Store.CompactAsync(runs, Cancel));

    private static JournalSlice Again(TestRun run, JournalSlice slice)
    {
        var text = TestRun.Text(slice.Events).Split('\n');
        return (run.Seq == 0 ? run.Begin(text) : run.Next(text)) with { Row = slice.Row };
    }

    private async Task<TestRun> EndedAsync(string name, int segments)
    {
        var run = await BeginAsync(name);
        for (var i = 0; i < segments; i++)
        {
            var events = Enumerable.Repeat(i.ToString(CultureInfo.InvariantCulture), i + 1).ToArray();
            var slice = run.Next(events);
            await WriteAsync(i < segments - 1 ? slice : slice with { Row = run.Row(RunStatus.Completed) });
        }

        return run;
    }

    private async Task CompactAllAsync()
    {
        while (await Store.CompactAsync(2, Cancel) > 0)
        {
        }
    }

    private async Task<SegmentView[]> SegmentsAsync(TestRun run, long afterSeq) =>
        [.. (await Store.ReadAsync(run.Id, afterSeq, Cancel)).Select(segment => new SegmentView(
            segment.FirstSeq, segment.FirstSeq + segment.Count - 1, TestRun.Text(segment.Events),
            Convert.ToHexStringLower(segment.Hash.Span)))];

    private sealed record SegmentView(long First, long Last, string Events, string Hash);
}
