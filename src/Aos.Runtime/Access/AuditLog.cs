using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Runtime.Access;

/// <summary>Who did what: the audit log of a store, chained by hashes. Thread-safe.</summary>
public sealed class AuditLog(IRecordStore store, TimeProvider time)
{
    /// <summary>Adds an entry; durable on return.</summary>
    /// <param name="tenant">Whose doing it is.</param>
    /// <param name="subject">Who.</param>
    /// <param name="action">What was asked for.</param>
    /// <param name="target">Of what; null where it is of nothing in particular.</param>
    /// <param name="code">How it ended.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask AddAsync(
        string tenant, string subject, string action, string? target, ErrorCode code, CancellationToken cancel)
    {
        var entry =
            new AuditEntry { At = time.GetUtcNow(), Subject = subject, Action = action, Target = target, Code = code };
        await store.AppendAuditAsync(tenant, AosJson.Write(entry), cancel).ConfigureAwait(false);
    }

    /// <summary>A page of entries of a tenant, oldest first.</summary>
    public async ValueTask<IReadOnlyList<AuditEntry>> ReadAsync(
        string tenant, long afterSeq, int limit, CancellationToken cancel) =>
    [
        .. (await store.ReadAuditAsync(tenant, afterSeq, limit, cancel).ConfigureAwait(false)).Select(row =>
            AosJson.Read<AuditEntry>(row.Entry.Span) with
            {
                Seq = row.Seq,
                Hash = Convert.ToHexStringLower(row.Hash.Span)
            }),
    ];
}
