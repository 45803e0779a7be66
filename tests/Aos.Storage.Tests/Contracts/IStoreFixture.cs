using Aos.Abstractions.Storage;

namespace Aos.Storage.Tests.Contracts;

/// <summary>One kind of store. Every instance is a store of its own.</summary>
public interface IStoreFixture : IAsyncDisposable
{
    /// <summary>Opens the store, as another process would.</summary>
    ValueTask<IStore> OpenAsync();

    /// <summary>Kills the process that opened it.</summary>
    ValueTask CrashAsync(IStore store);
}
