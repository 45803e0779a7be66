using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Appending and reading events.</summary>
public abstract class JournalContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task Segments_are_read_back_in_order_with_their_bytes_and_hashes()
    {
        var run = new TestRun("a");
        var (first, second) = (run.Begin("one", "two"), run.Next("three"));
        await WriteAsync(first);
        await WriteAsync(second);

        var read = await Store.ReadAsync(run.Id, 0, Cancel);

        Assert.Equal([(1L, 2), (3L, 1)], read.Select(segment => (segment.FirstSeq, segment.Count)));
        Assert.Equal(["one\ntwo", "three"], read.Select(segment => TestRun.Text(segment.Events)));
        Assert.Equal(first.Hash.ToArray(), read[0].Hash.ToArray());
        Assert.Equal(second.Hash.ToArray(), read[1].Hash.ToArray());
    }

    [Theory]
    [InlineData(0, "1 2", "3 4 5", "6")]
    [InlineData(1, "1 2", "3 4 5", "6")]
    [InlineData(2, "3 4 5", "6")]
    [InlineData(3, "3 4 5", "6")]
    [InlineData(4, "3 4 5", "6")]
    [InlineData(5, "6")]
    [InlineData(6)]
    [InlineData(99)]
    [InlineData(long.MaxValue)]
    public async Task A_read_begins_with_the_segment_that_holds_the_next_event(long after, params string[] expected)
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin("1", "2"), run.Next("3", "4", "5"), run.Next("6"));
        await BeginAsync("b");

        Assert.Equal(expected.Select(events => events.Replace(' ', '\n')), await EventsAsync(run, after));
    }

    [Fact]
    public async Task A_run_that_is_not_known_has_no_segments_and_no_row()
    {
        Assert.Empty(await EventsAsync(new TestRun("a")));
        Assert.Null(await Store.FindRunAsync(new TestRun("a").Id, Cancel));
    }

    [Fact]
    public async Task Slices_of_one_run_may_follow_each_other_in_one_call_between_those_of_others()
    {
        var (a, b) = (new TestRun("a"), new TestRun("b"));
        await WriteAsync(a.Begin("a1"), b.Begin("b1"), a.Next("a2"), b.Next("b2"), a.Next("a3"));

        Assert.Equal(["a1", "a2", "a3"], await EventsAsync(a));
        Assert.Equal(["b1", "b2"], await EventsAsync(b));
    }

    [Fact]
    public async Task No_slices_are_no_results() => Assert.Empty(await AppendAsync());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task A_slice_that_does_not_follow_the_last_event_conflicts_and_leaves_nothing(int after)
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin("1", "2"));
        var before = await RowAsync(run);
        var blob = TestRun.BlobOf("large");
        await Store.PostAsync(run.Id, TestRun.Utf8("fact"), Cancel);
        var fact = Assert.Single(await Store.ReadInboxAsync(Cancel));

        var results = await AppendAsync(run.Next("late") with
        {
            AfterSeq = after,
            Row = run.Row(RunStatus.Completed),
            Blobs = [blob],
            Approvals = [run.Approval("ask", ApprovalStatus.Open)],
            Consumed = [fact.Id],
        });

        Assert.Equal([AppendResult.Conflict], results);
        Assert.Equal(["1\n2"], await EventsAsync(run));
        Assert.Equal(before.WithoutHead, (await RowAsync(run)).WithoutHead);
        Assert.Equal(before.Head, (await RowAsync(run)).Head);
        Assert.Null(await Store.ReadBlobAsync(blob.Digest, Cancel));
        Assert.Empty(await Store.ListApprovalsAsync(openOnly: false, Cancel));
        Assert.Single(await Store.ReadInboxAsync(Cancel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_slice_without_events_follows_whatever_the_journal_holds_and_only_its_owner_may_write_it(
        int after)
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2"));
        var bare =
            run.Bare() with { AfterSeq = after, Row = run.Row(RunStatus.Quarantined) with { Reason = "no journal" } };
        var other = await OpenAnotherAsync();

        Assert.Equal([AppendResult.Conflict], await other.AppendAsync(new[] { bare }, Cancel));
        await WriteAsync(bare, run.Next("3"));

        Assert.Equal("no journal", (await RowAsync(run)).Row.Reason);
        Assert.Equal(["begun", "2", "3"], await EventsAsync(run));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Going_on_with_a_run_that_does_not_exist_conflicts()
    {
        var run = new TestRun("a") { Seq = 1 };
        Assert.Equal([AppendResult.Conflict], await AppendAsync(run.Next("2")));
        Assert.Null(await Store.FindRunAsync(run.Id, Cancel));
    }

    [Fact]
    public async Task A_conflict_takes_the_later_slices_of_its_run_along_and_no_other_slice()
    {
        var (a, b) = (await BeginAsync("a"), new TestRun("b"));
        var right = a.Next("right");
        var wrong = a.Next("wrong") with { AfterSeq = 7 };

        var results = await AppendAsync(b.Begin("b1"), wrong, right, b.Next("b2"));

        Assert.Equal(
            [AppendResult.Written, AppendResult.Conflict, AppendResult.Conflict, AppendResult.Written], results);
        Assert.Equal(["begun"], await EventsAsync(a));
        Assert.Equal(["b1", "b2"], await EventsAsync(b));
    }

    [Fact]
    public async Task After_a_conflict_the_right_slice_is_written()
    {
        var run = await BeginAsync("a");
        var right = run.Next("right");
        Assert.Equal([AppendResult.Conflict], await AppendAsync(right with { AfterSeq = 5 }));

        await WriteAsync(right);

        Assert.Equal(["begun", "right"], await EventsAsync(run));
    }

    [Fact]
    public async Task The_same_slice_twice_is_written_once()
    {
        var run = await BeginAsync("a");
        var slice = run.Next("2");

        Assert.Equal([AppendResult.Written, AppendResult.Conflict], await AppendAsync(slice, slice));
        Assert.Equal(["begun", "2"], await EventsAsync(run));
    }

    [Fact]
    public async Task Of_two_processes_that_begin_one_run_the_first_wins()
    {
        var other = await OpenAnotherAsync();
        await WriteAsync(new TestRun("a").Begin("mine"));

        Assert.Equal(
            [AppendResult.Conflict], await other.AppendAsync(new[] { new TestRun("a").Begin("yours") }, Cancel));
        Assert.Equal(["mine"], await EventsAsync(new TestRun("a")));
    }

    [Fact]
    public async Task Appends_from_many_threads_are_all_kept()
    {
        var runs = Enumerable.Range(0, 8).Select(i => new TestRun($"r{i}")).ToArray();

        await Task.WhenAll(runs.Select(run => Task.Run(async () =>
        {
            await WriteAsync(run.Begin("0"));
            for (var i = 1; i < 20; i++) await WriteAsync(run.Next($"{i}"));
        }, Cancel)));

        foreach (var run in runs)
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), await EventsAsync(run));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Two_processes_append_side_by_side()
    {
        var other = await OpenAnotherAsync();
        var (a, b) = (await BeginAsync("a"), new TestRun("b"));
        await other.AppendAsync(new[] { b.Begin("begun") }, Cancel);

        for (var i = 0; i < 5; i++)
        {
            await WriteAsync(a.Next($"{i}"));
            Assert.Equal([AppendResult.Written], await other.AppendAsync(new[] { b.Next($"{i}") }, Cancel));
        }

        Assert.Equal(["begun", "0", "1", "2", "3", "4"], await EventsAsync(a));
        Assert.Equal(["begun", "0", "1", "2", "3", "4"], await EventsAsync(b));
    }

    [Fact]
    public async Task The_bytes_of_the_caller_may_change_after_the_append()
    {
        var run = new TestRun("a");
        var slice = run.Begin("one");
        var bytes = slice.Events.ToArray();
        await WriteAsync(slice with { Events = bytes });
        bytes.AsSpan().Clear();

        Assert.Equal(["one"], await EventsAsync(run));
    }

    [Fact]
    public async Task Slices_that_break_the_port_are_refused_whole()
    {
        var run = await BeginAsync("a");
        var good = run.Next("2");
        JournalSlice[] broken =
        [
            good with { Count = 2 },
            good with { Count = -1 },
            good with { AfterSeq = -1 },
            good with { Hash = new byte[31] },
            good with { Events = default },
            good with { Row = new TestRun("b").Row(RunStatus.Running) },
            good with { Approvals = [new TestRun("b").Approval("x", ApprovalStatus.Open)] },
            new TestRun("c").Next("1"),
            new TestRun("d").Bare() with { Row = new TestRun("d").Row(RunStatus.Running) },
            good with { RunId = default(RunId) },
        ];

        foreach (var slice in broken)
            await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(good, slice));
        Assert.Equal(["begun"], await EventsAsync(run));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var run = new TestRun("a");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.AppendAsync(new[] { run.Begin() }, new CancellationToken(canceled: true)));
        Assert.Empty(await EventsAsync(run));
    }
}
