using Aos.Abstractions.Storage;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Records;

/// <summary>Named documents with versions.</summary>
internal static class RecordTable
{
    private const string FindSql = "SELECT id, version, body FROM records WHERE kind = $1 AND tenant = $2 AND id = $3";

    private const string ListSql = """
        SELECT id, version, body FROM records WHERE kind = $1 AND tenant = $2 AND id > $3 ORDER BY id LIMIT $4
        """;

    // The condition of the conflict holds against other processes: what they commit first is what counts.
    private const string PutSql = """
        INSERT INTO records AS r (kind, tenant, id, version, body)
        SELECT $1, $2, $3, 1, $4 WHERE $5::bigint IS NULL OR $5 = 0
          OR EXISTS (SELECT 1 FROM records WHERE kind = $1 AND tenant = $2 AND id = $3)
        ON CONFLICT (kind, tenant, id) DO UPDATE SET version = r.version + 1, body = excluded.body
        WHERE $5::bigint IS NULL OR r.version = $5
        RETURNING version
        """;

    // Of one name twice in a batch, each is a statement of its own. Without an answer: those of an append are read as
    // runs.
    private const string WriteSql = """
        INSERT INTO records AS r (kind, tenant, id, version, body) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (kind, tenant, id) DO UPDATE SET version = r.version + 1, body = excluded.body
        """;

    private const string DeleteSql = """
        DELETE FROM records WHERE kind = $1 AND tenant = $2 AND id = $3 AND ($4::bigint IS NULL OR version = $4)
        RETURNING version
        """;

    /// <summary>One record; null where there is none.</summary>
    public static async Task<StoredRecord?> FindAsync(
        NpgsqlConnection connection, (string Kind, string Tenant, string Id) of, CancellationToken cancel) =>
        (await connection.QueryAsync(FindSql, Read, cancel, Text(of.Kind), Text(of.Tenant), Text(of.Id))
            .ConfigureAwait(false))
        .FirstOrDefault();

    /// <summary>A page of records, by id.</summary>
    public static async Task<IReadOnlyList<StoredRecord>> ListAsync(
        NpgsqlConnection connection, (string Kind, string Tenant, string? After, int Limit) of,
        CancellationToken cancel) =>
        await connection.QueryAsync(ListSql, Read, cancel, Text(of.Kind), Text(of.Tenant), Text(of.After ?? ""),
            Commands.Parameter<long>(of.Limit)).ConfigureAwait(false);

    /// <summary>Adds the statement for a record that is written with the events of a run.</summary>
    public static void AddWrite(NpgsqlBatch batch, RecordChange change) =>
        batch.Add(WriteSql).With(EscapedText.From(change.Kind))
        .With(EscapedText.From(change.Tenant)).With(EscapedText.From(change.Id)).With(change.Body!.Value);

    /// <summary>Writes or removes a record.</summary>
    /// <returns>As <see cref="IRecordStore.PutRecordAsync"/> does.</returns>
    public static async Task<long?> PutAsync(OwnerSession session, RecordChange change)
    {
        NpgsqlParameter[] key = [Text(change.Kind), Text(change.Tenant), Text(change.Id)];
        var expected = Commands.Parameter(change.Expected);
        var versions = change.Body is { } body
            ? await session.Connection.QueryAsync(PutSql, row => row.GetInt64(0), CancellationToken.None,
                [.. key, Commands.Parameter(body), expected]).ConfigureAwait(false)
            : await session.Connection.QueryAsync(DeleteSql, row => row.GetInt64(0), CancellationToken.None,
                [.. key, expected]).ConfigureAwait(false);
        return versions is [var version] ? version : null;
    }

    private static NpgsqlParameter Text(string text) => Commands.Parameter(EscapedText.From(text));

    private static StoredRecord Read(NpgsqlDataReader row) =>
        new(EscapedText.To(row.GetString(0)), row.GetInt64(1), row.Bytes(2));
}
