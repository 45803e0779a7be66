using Aos.Abstractions.Storage;
using Aos.Storage.Postgres.Records;

namespace Aos.Storage.Postgres;

/// <summary>What a server keeps beside runs.</summary>
public sealed partial class PostgresStore
{
    /// <inheritdoc />
    public ValueTask<StoredRecord?> FindRecordAsync(string kind, string tenant, string id, CancellationToken cancel) =>
        _readers.ReadAsync((kind, tenant, id), RecordTable.FindAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredRecord>> ListRecordsAsync(
        string kind, string tenant, string? after, int limit, CancellationToken cancel) =>
        _readers.ReadAsync((kind, tenant, after, PageOf(limit)), RecordTable.ListAsync, cancel);

    /// <inheritdoc />
    public ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel) =>
        WriteAsync(change, RecordTable.PutAsync, cancel);

    /// <inheritdoc />
    public ValueTask<AuditRow> AppendAuditAsync(string tenant, ReadOnlyMemory<byte> entry, CancellationToken cancel) =>
        WriteAsync((tenant, entry), AuditTable.AppendAsync, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(
        string? tenant, long afterSeq, int limit, CancellationToken cancel) =>
        _readers.ReadAsync((tenant, afterSeq, PageOf(limit)), AuditTable.ReadAsync, cancel);

    private static int PageOf(int limit) => limit is >= 1 and <= ListMax
        ? limit
        : throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {ListMax} entries.");
}
