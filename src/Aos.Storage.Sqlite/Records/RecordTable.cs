using Aos.Abstractions.Storage;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Records;

/// <summary>Named documents with versions.</summary>
internal static class RecordTable
{
    /// <summary>One record; null where there is none.</summary>
    public static StoredRecord? Find(Connection connection, (string Kind, string Tenant, string Id) of)
    {
        var find =
            connection.Prepare("SELECT id, version, body FROM records WHERE kind = ?1 AND tenant = ?2 AND id = ?3")
            .Bind(1, of.Kind).Bind(2, of.Tenant).Bind(3, of.Id);
        if (!find.Step()) return null;
        var row = Read(find);
        find.Reset();
        return row;
    }

    /// <summary>A page of records, by id.</summary>
    public static IReadOnlyList<StoredRecord> List(
        Connection connection, (string Kind, string Tenant, string? After, int Limit) of)
    {
        var rows = new List<StoredRecord>();
        var list = connection.Prepare("""
            SELECT id, version, body FROM records WHERE kind = ?1 AND tenant = ?2 AND id > ?3 ORDER BY id LIMIT ?4
            """).Bind(1, of.Kind).Bind(2, of.Tenant).Bind(3, of.After ?? "").Bind(4, of.Limit);
        while (list.Step()) rows.Add(Read(list));
        return rows;
    }

    /// <summary>Writes or removes a record.</summary>
    /// <returns>As <see cref="IRecordStore.PutRecordAsync"/> does.</returns>
    public static long? Put(WriteSession session, RecordChange change)
    {
        var version = Find(session.Connection, (change.Kind, change.Tenant, change.Id))?.Version ?? 0;
        if (change.Expected is { } expected && expected != version) return null;
        if (change.Body is { } body)
        {
            session.Connection.Prepare("""
                INSERT INTO records (kind, tenant, id, version, body) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (kind, tenant, id) DO UPDATE SET version = ?4, body = ?5
                """).Bind(1, change.Kind).Bind(2, change.Tenant).Bind(3, change.Id).Bind(4, ++version).Bind(5, body.Span).Run();
        }
        else
        {
            if (version == 0) return null;
            session.Connection.Prepare("DELETE FROM records WHERE kind = ?1 AND tenant = ?2 AND id = ?3")
                .Bind(1, change.Kind).Bind(2, change.Tenant).Bind(3, change.Id).Run();
        }

        session.Wrote = true;
        return version;
    }

    private static StoredRecord Read(Statement row) => new(row.Text(0), row.Integer(1), row.Blob(2));
}
