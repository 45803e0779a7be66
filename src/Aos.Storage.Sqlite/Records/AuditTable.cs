using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Records;

/// <summary>The audit log.</summary>
internal static class AuditTable
{
    /// <summary>Adds an entry.</summary>
    public static AuditRow Append(WriteSession session, (string Tenant, ReadOnlyMemory<byte> Entry) of)
    {
        var (seq, head) = (0L, AuditChain.Genesis);
        var last = session.Connection.Prepare("SELECT entry_no, hash FROM audit ORDER BY entry_no DESC LIMIT 1");
        if (last.Step())
        {
            (seq, head) = (last.Integer(0), last.Blob(1));
            last.Reset();
        }

        var row = new AuditRow(seq + 1, of.Tenant, of.Entry, AuditChain.Link(head.Span, of.Tenant, of.Entry.Span));
        session.Connection.Prepare("INSERT INTO audit (entry_no, tenant, entry, hash) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, row.Seq).Bind(2, row.Tenant).Bind(3, row.Entry.Span).Bind(4, row.Hash.Span).Run();
        session.Wrote = true;
        return row;
    }

    /// <summary>A page of entries, oldest first.</summary>
    public static IReadOnlyList<AuditRow> Read(Connection connection, (string? Tenant, long AfterSeq, int Limit) of)
    {
        var rows = new List<AuditRow>();
        var list = connection.Prepare(of.Tenant is null
            ? "SELECT entry_no, tenant, entry, hash FROM audit WHERE entry_no > ?1 ORDER BY entry_no LIMIT ?2"
            : "SELECT entry_no, tenant, entry, hash FROM audit WHERE tenant = ?3 AND entry_no > ?1 ORDER BY entry_no LIMIT ?2")
            .Bind(1, of.AfterSeq).Bind(2, of.Limit);
        if (of.Tenant is not null) list.Bind(3, of.Tenant);
        while (list.Step()) rows.Add(new AuditRow(list.Integer(0), list.Text(1), list.Blob(2), list.Blob(3)));
        return rows;
    }
}
