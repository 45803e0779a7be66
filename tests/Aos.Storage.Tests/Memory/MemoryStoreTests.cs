using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Storage.Tests.Contracts;
using Aos.Testing.Storage;

namespace Aos.Storage.Tests.Memory;

public sealed class MemoryStoreTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_planted_fault_fails_one_append_and_hides_whether_it_was_written(bool written)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var store = new MemoryStore(new MemoryStoreState());
        var run = new TestRun("a");
        store.FailNextAppend(ErrorCodes.StorageUnavailable, written);

        var failure = await Assert.ThrowsAsync<StoreException>(
            async () => await store.AppendAsync(new[] { run.Begin() }, cancel));

        Assert.Equal("STORAGE_UNAVAILABLE", failure.Code.Value);
        Assert.Equal(written, await store.FindRunAsync(run.Id, cancel) is not null);
        await store.AppendAsync(new[] { new TestRun("b").Begin() }, cancel);
    }

    [Fact]
    public async Task A_crashed_process_answers_nothing_more()
    {
        var cancel = TestContext.Current.CancellationToken;
        var store = new MemoryStore(new MemoryStoreState());
        store.Crash();
        await Assert.ThrowsAsync<StoreException>(async () => await store.ReadInboxAsync(cancel));
    }
}
