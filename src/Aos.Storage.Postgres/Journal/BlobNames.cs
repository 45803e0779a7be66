using System.Data;
using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>Which blobs the packed journals name. What other journals name is read from them when it is
/// asked.</summary>
/// <remarks>A sweep first notes the number of the last segment, then looks for nameless blobs in one state of the
/// store, and removes them after a look at what was appended since. Noting and removing keep appends waiting, for as
/// long as these short transactions take: so no number up to the noted one is still under way, and no append under way
/// relies on a blob that is removed.</remarks>
internal static class BlobNames
{
    private const string InsertSql = """
        INSERT INTO blob_names (run_no, digest)
        SELECT n.run_no, n.digest FROM unnest($1::bigint[], $2::bytea[]) AS n (run_no, digest)
        JOIN blobs ON blobs.digest = n.digest
        ON CONFLICT (run_no, digest) DO NOTHING
        """;

    private const string HoldSql =
        $"SELECT pg_advisory_xact_lock({Migration.SweepLockClass}, hashtext(current_schema()))";

    private const string LastSql = "SELECT coalesce(max(segment_no), 0) FROM segments WHERE links IS NULL";

    private const string NamelessSql =
        "SELECT digest FROM blobs b WHERE NOT EXISTS (SELECT FROM blob_names n WHERE n.digest = b.digest)";

    private const string UnpackedSql = "SELECT events FROM segments WHERE links IS NULL AND segment_no > $1";

    private const string DeleteSql = """
        DELETE FROM blobs b
        WHERE digest = ANY ($1) AND NOT EXISTS (SELECT FROM blob_names n WHERE n.digest = b.digest)
        RETURNING octet_length(bytes)
        """;

    /// <summary>Adds the statement that writes down what packed journals name.</summary>
    public static void AddInsert(NpgsqlBatch batch, List<PackedRun> packed)
    {
        var names = packed.SelectMany(run => run.Names, static (run, name) => (run.RunNo, Name: name)).ToList();
        if (names.Count == 0) return;
        batch.Add(InsertSql).With(names.ConvertAll(entry => entry.RunNo).ToArray())
            .With(names.ConvertAll(entry => Convert.FromHexString(entry.Name)).ToArray());
    }

    /// <summary>The number of the last segment that is not packed. Of all that are under way the number will be
    /// higher.</summary>
    public static async Task<long> LastSegmentAsync(OwnerSession session, int _)
    {
        var transaction = await HoldAppendsAsync(session).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        return await session.Connection.ScalarAsync<long>(LastSql, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The blobs that no journal names at one moment.</summary>
    public static async Task<IReadOnlyList<string>> FindNamelessAsync(
        NpgsqlConnection connection, int _, CancellationToken cancel)
    {
        var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel)
            .ConfigureAwait(false);
        await using var __ = snapshot.ConfigureAwait(false);
        var nameless = (await connection.QueryAsync(
            NamelessSql, static row => Convert.ToHexStringLower(row.Bytes(0)), cancel).ConfigureAwait(false))
            .ToHashSet(StringComparer.Ordinal);
        if (nameless.Count > 0)
            nameless.ExceptWith(await NamesAfterAsync(connection, 0, cancel).ConfigureAwait(false));
        return [.. nameless];
    }

    /// <summary>Removes blobs that were found nameless, where they still are.</summary>
    public static async Task<SweepResult> DeleteAsync(
        OwnerSession session, (IReadOnlyList<string> Digests, long LastSegment) found)
    {
        var transaction = await HoldAppendsAsync(session).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        // What was appended since may name one again. What was packed since has its names written down.
        var named = await NamesAfterAsync(session.Connection, found.LastSegment, CancellationToken.None)
            .ConfigureAwait(false);
        var nameless = found.Digests.Where(digest => !named.Contains(digest)).Select(Convert.FromHexString).ToArray();
        var bytes = await session.Connection.QueryAsync(DeleteSql, static row => (long)row.GetInt32(0),
            CancellationToken.None, Commands.Parameter(nameless)).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return new SweepResult(bytes.Count, bytes.Sum());
    }

    private static async Task<NpgsqlTransaction> HoldAppendsAsync(OwnerSession session)
    {
        var transaction = await session.Connection.BeginTransactionAsync().ConfigureAwait(false);
        try
        {
            await session.Connection.ExecuteAsync(HoldSql, CancellationToken.None).ConfigureAwait(false);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Whole tables can pass by: no limit of time.
    private static async Task<HashSet<string>> NamesAfterAsync(
        NpgsqlConnection connection, long segmentNo, CancellationToken cancel)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var command = new NpgsqlCommand(UnpackedSql, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(Commands.Parameter(segmentNo));
        var row = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        while (await row.ReadAsync(cancel).ConfigureAwait(false)) NamedBlobs.Find(row.Bytes(0), names);
        return names;
    }
}
