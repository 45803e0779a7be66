using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Bytes by their content.</summary>
internal static class BlobTable
{
    private const int HashBytes = 32;

    /// <summary>Stores a blob that is not there yet.</summary>
    public static void Insert(Connection connection, Blob blob)
    {
        Span<byte> digest = stackalloc byte[HashBytes];
        Decode(blob.Digest, digest);
        connection.Prepare("INSERT INTO blobs (digest, bytes) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING")
            .Bind(1, digest).Bind(2, blob.Bytes.Span).Run();
    }

    /// <summary>Reads a blob and checks it against its name; null where there is none.</summary>
    public static byte[]? Read(Connection connection, Digest name)
    {
        Span<byte> digest = stackalloc byte[HashBytes];
        Decode(name, digest);
        var find = connection.Prepare("SELECT bytes FROM blobs WHERE digest = ?1").Bind(1, digest);
        if (!find.Step()) return null;
        var bytes = find.Blob(0);
        find.Reset();
        return Digest.Of(bytes) == name
            ? bytes
            : throw SqliteFailure.Damaged(connection.Path, $"the bytes stored as {name} have another digest");
    }

    /// <summary>The 32 bytes of a digest.</summary>
    public static void Decode(Digest digest, Span<byte> bytes) =>
        Convert.FromHexString(digest.Hex, bytes, out _, out _);
}
