using System.Security.Cryptography;

namespace Aos.Runtime.Journals;

/// <summary>The hash chain of a journal: each link is SHA-256 over the link before and the bytes of the segment. The
/// link before the first is 32 zero bytes.</summary>
internal static class HashChain
{
    public const int LinkBytes = 32;

    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[LinkBytes];

    public static byte[] Next(ReadOnlySpan<byte> before, ReadOnlySpan<byte> segment)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(segment);
        return hash.GetHashAndReset();
    }

    /// <summary>The link over bytes that begin with the link before.</summary>
    public static byte[] Of(ReadOnlySpan<byte> beforeAndSegment) => SHA256.HashData(beforeAndSegment);
}
