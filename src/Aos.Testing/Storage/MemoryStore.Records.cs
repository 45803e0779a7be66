using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;

namespace Aos.Testing.Storage;

/// <summary>What a server keeps beside runs.</summary>
public sealed partial class MemoryStore
{
    /// <inheritdoc />
    public ValueTask<StoredRecord?> FindRecordAsync(string kind, string tenant, string id, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(state.Records.GetValueOrDefault((kind, tenant, id)));
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredRecord>> ListRecordsAsync(
        string kind, string tenant, string? after, int limit, CancellationToken cancel)
    {
        RequirePage(limit);
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<StoredRecord> rows =
            [
                .. state.Records.Where(pair => pair.Key.Kind == kind && pair.Key.Tenant == tenant)
                    .Select(pair => pair.Value)
                    .Where(row => after is null || string.CompareOrdinal(row.Id, after) > 0)
                    .OrderBy(row => row.Id, StringComparer.Ordinal).Take(limit),
            ];
            return ValueTask.FromResult(rows);
        }
    }

    /// <inheritdoc />
    public ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            return ValueTask.FromResult(Put(change));
        }
    }

    private long? Put(RecordChange change)
    {
        var key = (change.Kind, change.Tenant, change.Id);
        var version = state.Records.GetValueOrDefault(key)?.Version ?? 0;
        if (change.Expected is { } expected && expected != version) return null;
        if (change.Body is { } body) state.Records[key] = new StoredRecord(change.Id, ++version, body.ToArray());
        else if (!state.Records.Remove(key)) return null;
        return version;
    }

    /// <inheritdoc />
    public ValueTask<AuditRow> AppendAuditAsync(string tenant, ReadOnlyMemory<byte> entry, CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var head = state.Audit is [.., var last] ? last.Hash : AuditChain.Genesis;
            var row = new AuditRow(
                state.Audit.Count + 1, tenant, entry.ToArray(), AuditChain.Link(head.Span, tenant, entry.Span));
            state.Audit.Add(row);
            return ValueTask.FromResult(row);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(
        string? tenant, long afterSeq, int limit, CancellationToken cancel)
    {
        RequirePage(limit);
        lock (state.Gate)
        {
            RequireAlive(cancel);
            IReadOnlyList<AuditRow> rows =
                [.. state.Audit.Where(row => row.Seq > afterSeq && (tenant is null || row.Tenant == tenant))
                    .Take(limit)];
            return ValueTask.FromResult(rows);
        }
    }

    private static void RequirePage(int limit)
    {
        if (limit is < 1 or > ListMax)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {ListMax} entries.");
    }
}
