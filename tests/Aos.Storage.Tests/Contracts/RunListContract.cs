using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Lists of runs.</summary>
public abstract class RunListContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task An_empty_store_has_no_runs() => Assert.Empty(await ListAsync(new RunFilter()));

    [Fact]
    public async Task The_run_that_was_appended_last_comes_first()
    {
        await BeginAsync("b");
        await BeginAsync("c");
        await BeginAsync("a");
        Assert.Equal(["a", "c", "b"], await ListAsync(new RunFilter()));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        for (var i = 0; i < 7; i++) await BeginAsync($"{(char)('a' + i)}");

        var first = await ListAsync(new RunFilter { Limit = 3 });
        var second = await ListAsync(new RunFilter { Limit = 3, Before = new TestRun("e").Id });
        var third = await ListAsync(new RunFilter { Limit = 3, Before = new TestRun("b").Id });
        var fourth = await ListAsync(new RunFilter { Limit = 3, Before = new TestRun("a").Id });

        Assert.Equal(["g", "f", "e"], first);
        Assert.Equal(["d", "c", "b"], second);
        Assert.Equal(["a"], third);
        Assert.Empty(fourth);
    }

    [Fact]
    public async Task Before_a_run_that_is_not_known_there_is_nothing()
    {
        await BeginAsync("a");
        Assert.Empty(await ListAsync(new RunFilter { Before = new TestRun("z").Id }));
    }

    [Fact]
    public async Task Only_the_statuses_asked_for_are_listed_in_one_order()
    {
        RunStatus[] cycle = [RunStatus.Running, RunStatus.Waiting, RunStatus.Failed];
        for (var i = 0; i < 9; i++)
        {
            var run = await BeginAsync($"{(char)('a' + i)}");
            await WriteAsync(run.Next("2") with { Row = run.Row(cycle[i % 3]) });
        }

        RunStatus[] open = [RunStatus.Waiting, RunStatus.Running, RunStatus.Waiting];
        Assert.Equal(["h", "e", "b"], await ListAsync(new RunFilter { Statuses = [RunStatus.Waiting] }));
        Assert.Equal(["h", "g", "e", "d"], await ListAsync(new RunFilter { Statuses = open, Limit = 4 }));
        Assert.Equal(["b", "a"], await ListAsync(new RunFilter { Statuses = open, Before = new TestRun("d").Id }));
        Assert.Empty(await ListAsync(new RunFilter { Statuses = [RunStatus.Cancelled] }));
    }

    [Fact]
    public async Task A_page_is_fifty_runs_unless_told()
    {
        var runs = Enumerable.Range(0, 60).Select(i => new TestRun($"r{i}")).ToArray();
        await WriteAsync([.. runs.Select(run => run.Begin())]);

        Assert.Equal(50, (await Store.ListRunsAsync(new RunFilter(), Cancel)).Count);
        Assert.Equal(60, (await Store.ListRunsAsync(new RunFilter { Limit = 1_000 }, Cancel)).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task A_page_of_another_size_is_refused(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        async () => await Store.ListRunsAsync(new RunFilter { Limit = limit }, Cancel));

    private async Task<string[]> ListAsync(RunFilter filter) =>
        [.. (await Store.ListRunsAsync(filter, Cancel)).Select(row => row.RunId.Value[4..5])];
}
