using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Approvals;

/// <summary>Approval requests.</summary>
internal static class ApprovalTable
{
    private const string UpsertSql = """
        INSERT INTO approvals (id, run_no, status, requested_at, expires_at, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE SET status = ?3, requested_at = ?4, expires_at = ?5, request = ?6 WHERE run_no = ?2
        """;

    private const string SelectSql = """
        SELECT a.id, r.id, a.status, a.requested_at, a.expires_at, a.request, r.tenant
        FROM approvals a JOIN runs r ON r.run_no = a.run_no
        """;

    private const string FindSql = SelectSql + " WHERE a.id = ?1";
    private const string ListSql = SelectSql + " ORDER BY a.requested_at, a.approval_no";
    private const string ListOpenSql = SelectSql + " WHERE a.status = 'open' ORDER BY a.requested_at, a.approval_no";

    /// <summary>Adds a request, or writes it anew.</summary>
    public static void Upsert(Connection connection, long runNo, ApprovalRow approval) => connection.Prepare(UpsertSql)
        .Bind(1, approval.Id.Value).Bind(2, runNo).Bind(3, StoredText.Of(approval.Status))
        .Bind(4, StoredTime.From(approval.RequestedAt)).Bind(5, StoredTime.From(approval.ExpiresAt))
        .Bind(6, approval.Request.Span).Run();

    /// <summary>One request; null where there is none.</summary>
    public static ApprovalRow? Find(Connection connection, ApprovalId id)
    {
        var find = connection.Prepare(FindSql).Bind(1, id.Value);
        if (!find.Step()) return null;
        var row = Read(connection, find);
        find.Reset();
        return row;
    }

    /// <summary>The requests, oldest first.</summary>
    public static IReadOnlyList<ApprovalRow> List(Connection connection, bool openOnly)
    {
        var rows = new List<ApprovalRow>();
        var list = connection.Prepare(openOnly ? ListOpenSql : ListSql);
        while (list.Step()) rows.Add(Read(connection, list));
        return rows;
    }

    private static ApprovalRow Read(Connection connection, Statement row) => new()
    {
        Id = StoredText.Scalar<ApprovalId>(row.Text(0), connection.Path),
        RunId = StoredText.Scalar<RunId>(row.Text(1), connection.Path),
        Status = StoredText.Approval(row.Text(2), connection.Path),
        RequestedAt = StoredTime.To(row.Integer(3)),
        ExpiresAt = StoredTime.To(row.Integer(4)),
        Request = row.Blob(5),
        Tenant = row.Text(6),
    };
}
