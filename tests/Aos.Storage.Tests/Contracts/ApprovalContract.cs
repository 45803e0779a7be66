using Aos.Abstractions.Storage;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Approval requests.</summary>
public abstract class ApprovalContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_request_is_found_with_everything_it_holds()
    {
        var run = new TestRun("a");
        var asked = run.Approval("ask", ApprovalStatus.Open, TestRun.Noon.AddTicks(10));
        await WriteAsync(run.Begin() with { Approvals = [asked] });

        var found = await Store.FindApprovalAsync(asked.Id, Cancel);

        Assert.NotNull(found);
        Assert.Equal(asked with { Request = default, Tenant = "local" }, found with { Request = default });
        Assert.Equal("may I ask?", TestRun.Text(found.Request));
        Assert.Null(await Store.FindApprovalAsync(TestRun.ApprovalIdOf("other"), Cancel));
    }

    [Fact]
    public async Task Requests_are_listed_oldest_first_and_in_order_of_arrival_within_one_moment()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with
        {
            Approvals =
            [
                run.Approval("late", ApprovalStatus.Open, TestRun.Noon.AddMinutes(2)),
                run.Approval("same2", ApprovalStatus.Open, TestRun.Noon),
                run.Approval("same1", ApprovalStatus.Open, TestRun.Noon),
            ],
        });

        Assert.Equal(["same2", "same1", "late"], await ListAsync(openOnly: false));
    }

    [Theory]
    [InlineData(ApprovalStatus.Approved)]
    [InlineData(ApprovalStatus.Rejected)]
    [InlineData(ApprovalStatus.Expired)]
    [InlineData(ApprovalStatus.Void)]
    public async Task A_closed_request_is_no_longer_open_but_still_listed(ApprovalStatus closed)
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with
        {
            Approvals = [run.Approval("one", ApprovalStatus.Open), run.Approval("two", ApprovalStatus.Open)],
        });
        await WriteAsync(run.Next("2") with { Approvals = [run.Approval("one", closed)] });

        Assert.Equal(["two"], await ListAsync(openOnly: true));
        Assert.Equal(["one", "two"], await ListAsync(openOnly: false));
        Assert.Equal(closed, (await Store.FindApprovalAsync(TestRun.ApprovalIdOf("one"), Cancel))!.Status);
    }

    [Fact]
    public async Task Another_run_cannot_write_a_request_of_this_one()
    {
        var (a, b) = (new TestRun("a"), new TestRun("b"));
        await WriteAsync(a.Begin() with { Approvals = [a.Approval("ask", ApprovalStatus.Open)] });
        await WriteAsync(b.Begin() with { Approvals = [b.Approval("ask", ApprovalStatus.Approved)] });

        var found = await Store.FindApprovalAsync(TestRun.ApprovalIdOf("ask"), Cancel);
        Assert.Equal((a.Id, ApprovalStatus.Open), (found!.RunId, found.Status));
    }

    [Fact]
    public async Task Of_several_decisions_on_a_request_the_first_is_left()
    {
        var run = await BeginAsync("one", "two");
        var other = await OpenAnotherAsync();

        Assert.True(await other.PostDecisionAsync(TestRun.ApprovalIdOf("one"), TestRun.Utf8("no"), Cancel));
        Assert.False(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("one"), TestRun.Utf8("yes"), Cancel));
        Assert.True(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("two"), TestRun.Utf8("yes"), Cancel));
        Assert.False(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("none"), TestRun.Utf8("yes"), Cancel));

        Assert.Equal([(run.Id, "no"), (run.Id, "yes")],
            (await Store.ReadInboxAsync(Cancel)).Select(item => (item.RunId, TestRun.Text(item.Fact))));
    }

    [Fact]
    public async Task Of_a_hundred_decisions_at_a_time_one_is_left()
    {
        await BeginAsync("one");
        var other = await OpenAnotherAsync();

        var left = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? Store : other).PostDecisionAsync(
                TestRun.ApprovalIdOf("one"), TestRun.Utf8($"{i}"), Cancel), Cancel)));

        Assert.Equal(1, left.Count(one => one));
        var winner = Array.IndexOf(left, true);
        Assert.Equal($"{winner}", TestRun.Text(Assert.Single(await Store.ReadInboxAsync(Cancel)).Fact));
    }

    [Fact]
    public async Task A_vote_that_was_taken_frees_the_request_for_the_next_person()
    {
        var run = await BeginAsync("one");
        Assert.True(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("one"), TestRun.Utf8("ann"), Cancel));
        var vote = Assert.Single(await Store.ReadInboxAsync(Cancel));

        await WriteAsync(
            run.Next("2") with { Approvals = [run.Approval("one", ApprovalStatus.Open)], Consumed = [vote.Id] });

        Assert.True(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("one"), TestRun.Utf8("bob"), Cancel));
    }

    [Fact]
    public async Task A_decision_that_was_taken_closes_its_request_and_one_that_was_discarded_frees_it()
    {
        var run = await BeginAsync("one", "two");
        foreach (var name in (string[])["one", "two"])
            Assert.True(await Store.PostDecisionAsync(TestRun.ApprovalIdOf(name), TestRun.Utf8(name), Cancel));
        var items = await Store.ReadInboxAsync(Cancel);

        await WriteAsync(
            run.Next("2") with
            {
                Approvals = [run.Approval("one", ApprovalStatus.Approved)],
                Consumed = [items[0].Id]
            });
        await Store.DiscardAsync([items[1].Id], Cancel);

        Assert.False(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("one"), TestRun.Utf8("again"), Cancel));
        Assert.True(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("two"), TestRun.Utf8("again"), Cancel));
        await WriteAsync(run.Next("end") with { Row = run.Row(Aos.Contracts.Runs.RunStatus.Cancelled) });
        Assert.False(await Store.PostDecisionAsync(TestRun.ApprovalIdOf("two"), TestRun.Utf8("too late"), Cancel));
    }

    private async Task<TestRun> BeginAsync(params string[] requests)
    {
        var run = new TestRun("a");
        await WriteAsync(
            run.Begin() with { Approvals = [.. requests.Select(name => run.Approval(name, ApprovalStatus.Open))] });
        return run;
    }

    private async Task<string[]> ListAsync(bool openOnly) =>
        [.. (await Store.ListApprovalsAsync(openOnly, Cancel)).Select(row => row.Id.Value[4..].TrimEnd('0'))];
}
