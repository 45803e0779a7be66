using Aos.Abstractions.Storage;
using Aos.Contracts;

namespace Aos.Runtime.Documents;

/// <summary>Documents of one kind that a store keeps beside runs, by tenant and name, with versions.
/// Thread-safe.</summary>
/// <typeparam name="T">The contract of the documents.</typeparam>
/// <param name="store">The store.</param>
/// <param name="kind">The kind, such as <c>agent</c>.</param>
public sealed class DocumentShelf<T>(IRecordStore store, string kind) where T : class
{
    private const int PageMax = 1_000;

    /// <summary>A document and its version; null where there is none of that name.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<(T Document, long Version)?> FindAsync(
        string tenant, string name, CancellationToken cancel) =>
        await store.FindRecordAsync(kind, tenant, name, cancel).ConfigureAwait(false) is { } record
            ? (AosJson.Read<T>(record.Body.Span), record.Version)
            : null;

    /// <summary>A page of documents, by name.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">Only those whose name comes after this one; null: from the first.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<IReadOnlyList<T>> ListAsync(
        string tenant, string? after, int limit, CancellationToken cancel) =>
        [.. (await store.ListRecordsAsync(kind, tenant, after, limit, cancel).ConfigureAwait(false))
            .Select(record => AosJson.Read<T>(record.Body.Span))];

    /// <summary>All documents of a tenant, by name.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<IReadOnlyList<T>> ListAllAsync(string tenant, CancellationToken cancel)
    {
        var all = new List<T>();
        for (string? after = null; ;)
        {
            var page = await store.ListRecordsAsync(kind, tenant, after, PageMax, cancel).ConfigureAwait(false);
            all.AddRange(page.Select(record => AosJson.Read<T>(record.Body.Span)));
            if (page.Count < PageMax) return all;
            after = page[^1].Id;
        }
    }

    /// <summary>Writes or removes a document, if it stands as its writer thinks.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name.</param>
    /// <param name="document">The document; null removes it.</param>
    /// <param name="expected">The version that it must have; 0 where it must not be there; null where that does not
    /// matter.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The version; null where it stands otherwise.</returns>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public ValueTask<long?> PutAsync(
        string tenant, string name, T? document, long? expected, CancellationToken cancel) =>
        store.PutRecordAsync(new RecordChange
        {
            Kind = kind,
            Tenant = tenant,
            Id = name,
            Body = document is null ? (ReadOnlyMemory<byte>?)null : AosJson.Write(document),
            Expected = expected,
        }, cancel);
}
