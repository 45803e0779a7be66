using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>The rows of runs.</summary>
public abstract class RunRowContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_row_is_read_back_with_owner_epoch_and_head_filled_in()
    {
        var run = new TestRun("a");
        var slice = run.Begin("1", "2");
        var given = new RunRow
        {
            RunId = run.Id,
            Tenant = "acme",
            AgentId = "clerk",
            Goal = "price of ₿ \0 to the team",
            Status = RunStatus.Waiting,
            WaitingFor = WaitReason.UnknownOutcome,
            Code = ErrorCode.Parse("OUTCOME_UNKNOWN"),
            Reason = "It brought \0 its host down.",
            Crashes = 2,
            Cost = new Money(123_456_789_012),
            StartedAt = TestRun.Noon.AddTicks(10),
            EndedAt = TestRun.Noon.AddDays(1),
            WakeAt = TestRun.Noon.AddHours(1),
            Owner = "own_forged",
            Epoch = 99,
            Seq = 77,
        };
        await WriteAsync(slice with { Row = given });

        var row = await RowAsync(run);

        Assert.Equal(given with { Owner = Store.Owner, Epoch = 1, Seq = 2 }, row.WithoutHead);
        Assert.Equal(Convert.ToHexStringLower(slice.Hash.Span), row.Head);
    }

    [Fact]
    public async Task What_is_absent_stays_absent()
    {
        var row = (await RowAsync(await BeginAsync("a"))).Row;

        Assert.Null(row.Goal);
        Assert.Null(row.WaitingFor);
        Assert.Null(row.Code);
        Assert.Null(row.Reason);
        Assert.Equal(0, row.Crashes);
        Assert.Null(row.EndedAt);
        Assert.Null(row.WakeAt);
        Assert.Equal(Money.Zero, row.Cost);
    }

    [Theory]
    [MemberData(nameof(EveryWord.Statuses), MemberType = typeof(EveryWord))]
    public async Task Every_status_is_read_back(RunStatus status)
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2") with { Row = run.Row(status) });
        Assert.Equal(status, (await RowAsync(run)).Row.Status);
    }

    [Theory]
    [MemberData(nameof(EveryWord.Reasons), MemberType = typeof(EveryWord))]
    public async Task Every_reason_to_wait_is_read_back(WaitReason reason)
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2") with { Row = run.Row(RunStatus.Waiting) with { WaitingFor = reason } });
        Assert.Equal(reason, (await RowAsync(run)).Row.WaitingFor);
    }

    [Fact]
    public async Task Moments_are_kept_to_the_microsecond_in_utc()
    {
        var run = await BeginAsync("a");
        var moment = new DateTimeOffset(2026, 3, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(19);
        await WriteAsync(run.Next("2") with { Row = run.Row(RunStatus.Waiting) with { WakeAt = moment } });

        var read = (await RowAsync(run)).Row.WakeAt;

        Assert.Equal(TestRun.Noon.AddTicks(10), read);
        Assert.Equal(TimeSpan.Zero, read!.Value.Offset);
    }

    [Fact]
    public async Task A_slice_without_a_row_leaves_the_row_as_it_is()
    {
        var run = await BeginAsync("a");
        var before = await RowAsync(run);
        await WriteAsync(run.Next("2"));

        var after = await RowAsync(run);
        Assert.Equal(before.WithoutHead, after.WithoutHead);
        Assert.Equal(before.Head, after.Head);
    }

    [Fact]
    public async Task A_later_row_replaces_the_row_but_not_owner_and_epoch()
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2", "3"), run.Next("4") with
        {
            Row = run.Row(RunStatus.Failed) with { Code = ErrorCode.Parse("TIMEOUT"), Owner = "own_x", Epoch = 5 },
        });

        var row = await RowAsync(run);

        Assert.Equal((RunStatus.Failed, "TIMEOUT"), (row.Row.Status, row.Row.Code!.Value.Value));
        Assert.Equal((Store.Owner, 1, 4L), (row.Row.Owner, row.Row.Epoch, row.Row.Seq));
        Assert.Equal(Convert.ToHexStringLower(run.Head), row.Head);
    }

    [Fact]
    public async Task A_slice_without_events_changes_the_row_alone()
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Bare() with { Row = run.Row(RunStatus.Quarantined) });

        var row = await RowAsync(run);

        Assert.Equal((RunStatus.Quarantined, 1L), (row.Row.Status, row.Row.Seq));
        Assert.Equal(Convert.ToHexStringLower(run.Head), row.Head);
        Assert.Equal(["begun"], await EventsAsync(run));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }
}

/// <summary>Every case of what a row says by a word.</summary>
public static class EveryWord
{
    public static TheoryData<RunStatus> Statuses() => [.. Enum.GetValues<RunStatus>()];

    public static TheoryData<WaitReason> Reasons() => [.. Enum.GetValues<WaitReason>()];
}
