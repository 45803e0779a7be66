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
            : "SELECT entry_no, tenant, entry, hash FROM audit WHERE tenant = ?3 AND entry_no > ?1 ORDER BY entry_no "
                + "LIMIT ?2")
            .Bind(1, of.AfterSeq).Bind(2, of.Limit);
        if (of.Tenant is not null) list.Bind(3, of.Tenant);
        while (list.Step()) rows.Add(Row(list));
        return rows;
    }

    /// <summary>What is wrong with the chain of all entries; null where nothing is.</summary>
    public static string? FindFault(Connection connection, CancellationToken cancel)
    {
        var (chain, fault) = (new AuditChainCheck(), default(string));
        var list = connection.Prepare("SELECT entry_no, tenant, entry, hash FROM audit ORDER BY entry_no");
        while (list.Step())
        {
            cancel.ThrowIfCancellationRequested();
            fault ??= chain.Fault(Row(list));
        }

        return fault;
    }

    private static AuditRow Row(Statement row) => new(row.Integer(0), row.Text(1), row.Blob(2), row.Blob(3));
}
