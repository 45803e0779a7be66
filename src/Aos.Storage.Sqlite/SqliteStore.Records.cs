using Aos.Abstractions.Storage;
using Aos.Storage.Sqlite.Records;

namespace Aos.Storage.Sqlite;

/// <summary>What a server keeps beside runs.</summary>
public sealed partial class SqliteStore
{
    /// <inheritdoc />
    public ValueTask<StoredRecord?> FindRecordAsync(string kind, string tenant, string id, CancellationToken cancel) =>
        Read((kind, tenant, id), RecordTable.Find, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredRecord>> ListRecordsAsync(
        string kind, string tenant, string? after, int limit, CancellationToken cancel) =>
        Read((kind, tenant, after, PageOf(limit)), RecordTable.List, cancel);

    /// <inheritdoc />
    public ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel) =>
        Write(change, RecordTable.Put, cancel);

    /// <inheritdoc />
    public ValueTask<AuditRow> AppendAuditAsync(string tenant, ReadOnlyMemory<byte> entry, CancellationToken cancel) =>
        Write((tenant, entry), AuditTable.Append, cancel);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(
        string? tenant, long afterSeq, int limit, CancellationToken cancel) =>
        Read((tenant, afterSeq, PageOf(limit)), AuditTable.Read, cancel);

    private static int PageOf(int limit) => limit is >= 1 and <= ListMax
        ? limit
        : throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {ListMax} entries.");
}
