namespace Aos.Storage.Tests.Contracts;

/// <summary>The check of the store.</summary>
public abstract class CheckContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_sound_store_has_no_findings()
    {
        Assert.Empty(await Store.CheckAsync(Cancel));
        var run = await BeginAsync("a");
        await WriteAsync(
            run.Next("2", "3"), run.Next("4"), new TestRun("b").Begin() with { Blobs = [TestRun.BlobOf("x")] });
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_link_that_does_not_follow_from_the_one_before_is_found()
    {
        var run = await BeginAsync("a");
        await WriteAsync(run.Next("2") with { Hash = new byte[32] }, new TestRun("b").Begin());

        Assert.Contains(run.Id.Value, Assert.Single(await Store.CheckAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_link_that_does_not_begin_with_zeros_is_found()
    {
        var run = new TestRun("a") { Head = [.. Enumerable.Repeat((byte)1, 32)] };
        await WriteAsync(run.Begin());

        Assert.Single(await Store.CheckAsync(Cancel));
    }
}
