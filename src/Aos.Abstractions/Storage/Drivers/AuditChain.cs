using System.Security.Cryptography;
using System.Text;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>The hash chain of the audit log.</summary>
public static class AuditChain
{
    /// <summary>What stands before the first link.</summary>
    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>The link of an entry.</summary>
    public static byte[] Link(ReadOnlySpan<byte> before, string tenant, ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(Encoding.UTF8.GetBytes(tenant));
        hash.AppendData([0]);
        hash.AppendData(entry);
        return hash.GetHashAndReset();
    }

    /// <summary>Follows the chain from its beginning.</summary>
    /// <returns>The place of the first entry that does not follow from those before it; null where all do.</returns>
    public static async ValueTask<long?> FindBreakAsync(IRecordStore store, CancellationToken cancel)
    {
        const int PageMax = 1_000;
        var (seq, head) = (0L, Genesis);
        while (true)
        {
            var page = await store.ReadAuditAsync(tenant: null, seq, PageMax, cancel).ConfigureAwait(false);
            foreach (var row in page)
            {
                if (row.Seq != seq + 1 || !Link(head.Span, row.Tenant, row.Entry.Span).AsSpan().SequenceEqual(row.Hash.Span)) return seq + 1;
                (seq, head) = (row.Seq, row.Hash);
            }

            if (page.Count < PageMax) return null;
        }
    }
}
