using Aos.Contracts.Runs;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Facts that wait for the owner of a run.</summary>
public abstract class InboxContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task Facts_reach_the_owner_alone_oldest_first()
    {
        var (a, b) = (await BeginAsync("a"), await BeginAsync("b"));
        var other = await OpenAnotherAsync();
        Assert.True(await other.PostAsync(b.Id, TestRun.Utf8("first"), Cancel));
        Assert.True(await Store.PostAsync(a.Id, TestRun.Utf8("second"), Cancel));
        Assert.True(await other.PostAsync(b.Id, TestRun.Utf8("third"), Cancel));

        var items = await Store.ReadInboxAsync(Cancel);

        Assert.Equal(
            [(b.Id, "first"), (a.Id, "second"), (b.Id, "third")],
            items.Select(item => (item.RunId, TestRun.Text(item.Fact))));
        Assert.Empty(await other.ReadInboxAsync(Cancel));
    }

    [Fact]
    public async Task A_fact_stays_until_a_slice_consumes_it()
    {
        var run = await BeginAsync("a");
        foreach (var fact in new[] { "one", "two" }) await Store.PostAsync(run.Id, TestRun.Utf8(fact), Cancel);
        var items = await Store.ReadInboxAsync(Cancel);
        Assert.Equal(items, await Store.ReadInboxAsync(Cancel), (x, y) => x.Id == y.Id);

        await WriteAsync(run.Next("one") with { Consumed = [items[0].Id] });
        Assert.Equal([items[1].Id], (await Store.ReadInboxAsync(Cancel)).Select(item => item.Id));

        await WriteAsync(run.Bare() with { Consumed = [items[1].Id] });
        Assert.Empty(await Store.ReadInboxAsync(Cancel));
    }

    [Fact]
    public async Task A_slice_does_not_consume_the_facts_of_another_run()
    {
        var (a, b) = (await BeginAsync("a"), await BeginAsync("b"));
        await Store.PostAsync(a.Id, TestRun.Utf8("for a"), Cancel);
        var item = Assert.Single(await Store.ReadInboxAsync(Cancel));

        await WriteAsync(b.Next("2") with { Consumed = [item.Id] });

        Assert.Single(await Store.ReadInboxAsync(Cancel));
    }

    [Fact]
    public async Task The_number_of_a_consumed_fact_is_never_given_again()
    {
        var run = await BeginAsync("a");
        await Store.PostAsync(run.Id, TestRun.Utf8("one"), Cancel);
        var first = Assert.Single(await Store.ReadInboxAsync(Cancel));
        await WriteAsync(run.Next("one") with { Consumed = [first.Id] });
        await Store.PostAsync(run.Id, TestRun.Utf8("two"), Cancel);

        Assert.True(Assert.Single(await Store.ReadInboxAsync(Cancel)).Id > first.Id);
    }

    [Fact]
    public async Task Facts_go_with_the_run_to_its_new_owner()
    {
        var dead = await OpenAnotherAsync();
        var run = new TestRun("a");
        await dead.AppendAsync(new[] { run.Begin() }, Cancel);
        await Store.PostAsync(run.Id, TestRun.Utf8("cancel"), Cancel);
        Assert.Empty(await Store.ReadInboxAsync(Cancel));
        await CrashAsync(dead);

        await Store.AdoptAsync(run.Id, Cancel);

        Assert.Equal("cancel", TestRun.Text(Assert.Single(await Store.ReadInboxAsync(Cancel)).Fact));
    }

    [Theory]
    [InlineData(RunStatus.Completed)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    public async Task A_run_that_has_ended_takes_no_facts_and_its_inbox_is_emptied(RunStatus ended)
    {
        var run = await BeginAsync("a");
        await Store.PostAsync(run.Id, TestRun.Utf8("too late"), Cancel);
        await WriteAsync(run.Next("end") with { Row = run.Row(ended) });

        Assert.Empty(await Store.ReadInboxAsync(Cancel));
        Assert.False(await Store.PostAsync(run.Id, TestRun.Utf8("later"), Cancel));
        Assert.Empty(await Store.ReadInboxAsync(Cancel));
    }

    [Fact]
    public async Task A_fact_of_no_notice_is_discarded_by_the_owner_alone()
    {
        var run = await BeginAsync("a");
        var other = await OpenAnotherAsync();
        foreach (var fact in new[] { "one", "two" }) await Store.PostAsync(run.Id, TestRun.Utf8(fact), Cancel);
        var items = await Store.ReadInboxAsync(Cancel);

        await other.DiscardAsync([items[0].Id], Cancel);
        Assert.Equal(2, (await Store.ReadInboxAsync(Cancel)).Count);

        await Store.DiscardAsync([items[0].Id, 99], Cancel);
        Assert.Equal([items[1].Id], (await Store.ReadInboxAsync(Cancel)).Select(item => item.Id));
    }

    [Fact]
    public async Task A_run_that_does_not_exist_takes_no_facts() =>
        Assert.False(await Store.PostAsync(new TestRun("a").Id, TestRun.Utf8("x"), Cancel));
}
