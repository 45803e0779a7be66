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
}

/// <summary>Follows the chain of the audit log, entry by entry from the first. Not thread-safe.</summary>
public sealed class AuditChainCheck
{
    private long _seq;
    private ReadOnlyMemory<byte> _head = AuditChain.Genesis;
    private bool _isBroken;

    /// <summary>Takes the next entry.</summary>
    /// <returns>What is wrong, told once: entries behind a break say nothing. Null where the entry follows.</returns>
    public string? Fault(AuditRow row)
    {
        if (_isBroken) return null;
        var expected = _seq + 1;
        if (row.Seq == expected
            && AuditChain.Link(_head.Span, row.Tenant, row.Entry.Span).AsSpan().SequenceEqual(row.Hash.Span))
        {
            (_seq, _head) = (row.Seq, row.Hash);
            return null;
        }
        _isBroken = true;
        return $"The audit log breaks at entry {expected}: that entry, or one before it, was changed or removed.";
    }
}
