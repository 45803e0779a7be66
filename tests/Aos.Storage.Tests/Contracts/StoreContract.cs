using Aos.Abstractions.Storage;

namespace Aos.Storage.Tests.Contracts;

/// <summary>What every suite needs: a store, and others over the same data.</summary>
public abstract class StoreContract<TFixture> : IAsyncLifetime where TFixture : IStoreFixture, new()
{
    private readonly TFixture _fixture = new();
    private readonly List<IStore> _opened = [];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected IStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAnotherAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened) await store.DisposeAsync();
        await _fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<IStore> OpenAnotherAsync()
    {
        var store = await _fixture.OpenAsync();
        _opened.Add(store);
        return store;
    }

    protected async Task CrashAsync(IStore store)
    {
        _opened.Remove(store);
        await _fixture.CrashAsync(store);
    }

    protected async Task<AppendResult[]> AppendAsync(params JournalSlice[] slices) =>
        await Store.AppendAsync(slices, Cancel);

    protected async Task WriteAsync(params JournalSlice[] slices) =>
        Assert.All(await AppendAsync(slices), result => Assert.Equal(AppendResult.Written, result));

    protected async Task<TestRun> BeginAsync(string name)
    {
        var run = new TestRun(name);
        await WriteAsync(run.Begin());
        return run;
    }

    protected async Task<string[]> EventsAsync(TestRun run, long afterSeq = 0) =>
        [.. (await Store.ReadAsync(run.Id, afterSeq, Cancel)).Select(segment => TestRun.Text(segment.Events))];

    protected async Task<RunRowView> RowAsync(TestRun run)
    {
        var row = await Store.FindRunAsync(run.Id, Cancel);
        Assert.NotNull(row);
        return new RunRowView(row);
    }
}
