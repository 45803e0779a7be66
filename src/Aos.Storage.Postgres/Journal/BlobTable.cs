using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>Bytes by their content.</summary>
internal static class BlobTable
{
    private const string InsertSql = """
        INSERT INTO blobs (digest, bytes) SELECT * FROM unnest($1::bytea[], $2::bytea[]) ON CONFLICT (digest) DO NOTHING
        """;

    /// <summary>Adds the statement that stores what is not there yet.</summary>
    public static void AddInsert(NpgsqlBatch batch, List<Blob> blobs) => batch.Add(InsertSql)
        .With(blobs.ConvertAll(blob => Hash(blob.Digest)).ToArray())
        .With(blobs.ConvertAll(blob => blob.Bytes).ToArray());

    /// <summary>Reads a blob as it is stored; null where there is none.</summary>
    public static async Task<byte[]?> ReadAsync(NpgsqlConnection connection, Digest name, CancellationToken cancel) =>
        (await connection.QueryAsync("SELECT bytes FROM blobs WHERE digest = $1", static row => row.Bytes(0), cancel,
            Commands.Parameter(Hash(name))).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The 32 bytes of a digest.</summary>
    public static byte[] Hash(Digest digest) => Convert.FromHexString(digest.Hex);
}
