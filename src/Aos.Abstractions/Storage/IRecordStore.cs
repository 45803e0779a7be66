namespace Aos.Abstractions.Storage;

/// <summary>Where a server keeps what is not a run: its keys, profiles, the ends of its webhooks; and the audit log.
/// Implemented by every store beside <see cref="IStore"/>, with the same promises.</summary>
public interface IRecordStore
{
    /// <summary>One record; null where there is none.</summary>
    ValueTask<StoredRecord?> FindRecordAsync(string kind, string tenant, string id, CancellationToken cancel);

    /// <summary>The records of a kind and tenant, by the bytes of their ids.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">Only those whose id comes after this one; null: from the first.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<StoredRecord>> ListRecordsAsync(
        string kind, string tenant, string? after, int limit, CancellationToken cancel);

    /// <summary>Writes or removes a record, if it stands as its writer thinks. Durable on return.</summary>
    /// <returns>The new version, from 1; the version before where it was removed; null where the record stands
    /// otherwise, and nothing was changed.</returns>
    ValueTask<long?> PutRecordAsync(RecordChange change, CancellationToken cancel);

    /// <summary>Adds an entry to the audit log. Durable on return.</summary>
    /// <returns>The entry with its place and its link of the chain.</returns>
    ValueTask<AuditRow> AppendAuditAsync(string tenant, ReadOnlyMemory<byte> entry, CancellationToken cancel);

    /// <summary>Entries of the audit log, oldest first.</summary>
    /// <param name="tenant">Only those of this tenant; null: all, which is what a check of the chain needs.</param>
    /// <param name="afterSeq">Only those after this place.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(
        string? tenant, long afterSeq, int limit, CancellationToken cancel);
}

/// <summary>A named document with a version.</summary>
/// <param name="Id">Its name within kind and tenant.</param>
/// <param name="Version">How often it was written since it was made, from 1.</param>
/// <param name="Body">The document.</param>
public sealed record StoredRecord(string Id, long Version, ReadOnlyMemory<byte> Body);

/// <summary>A change of a record.</summary>
public sealed record RecordChange
{
    /// <summary>What it is, such as <c>api_key</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its name within kind and tenant.</summary>
    public required string Id { get; init; }

    /// <summary>The new document; null removes the record.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The version that it must have; 0 where it must not be there; null where that does not matter.</summary>
    public long? Expected { get; init; }
}

/// <summary>An entry of the audit log.</summary>
/// <param name="Seq">Its place in the log of the whole store, from 1 without gaps.</param>
/// <param name="Tenant">Whose doing it is.</param>
/// <param name="Entry">What happened, as JSON.</param>
/// <param name="Hash">Its link of the chain: SHA-256 over the link before (32 zero bytes before the first), the tenant,
/// a zero byte and the entry.</param>
public sealed record AuditRow(long Seq, string Tenant, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Hash);
