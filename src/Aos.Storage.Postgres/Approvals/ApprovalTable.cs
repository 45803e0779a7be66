using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Approvals;

/// <summary>Approval requests.</summary>
internal static class ApprovalTable
{
    private const string UpsertSql = """
        INSERT INTO approvals AS a (id, run_no, status, requested_at, expires_at, request)
        SELECT $1, run_no, $3, $4, $5, $6 FROM runs WHERE id = $2
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, requested_at = excluded.requested_at,
          expires_at = excluded.expires_at, request = excluded.request
        WHERE a.run_no = excluded.run_no
        """;

    private const string SelectSql = """
        SELECT a.id, r.id, a.status, a.requested_at, a.expires_at, a.request, r.tenant
        FROM approvals a JOIN runs r ON r.run_no = a.run_no
        """;

    private const string FindSql = SelectSql + " WHERE a.id = $1";
    private const string ListSql = SelectSql + " ORDER BY a.requested_at, a.approval_no";
    private const string ListOpenSql = SelectSql + " WHERE a.status = 'open' ORDER BY a.requested_at, a.approval_no";

    /// <summary>Adds the statement that adds a request, or writes it anew. Never two at once: a request can be made and
    /// closed in one batch.</summary>
    public static void AddUpsert(NpgsqlBatch batch, RunId runId, ApprovalRow approval) => batch.Add(UpsertSql)
        .With(approval.Id.Value).With(runId.Value).With(StoredText.Of(approval.Status))
        .With(StoredTime.From(approval.RequestedAt)).With(StoredTime.From(approval.ExpiresAt)).With(approval.Request);

    /// <summary>One request; null where there is none.</summary>
    public static async Task<ApprovalRow?> FindAsync(
        NpgsqlConnection connection, (ApprovalId Id, string Store) of, CancellationToken cancel) =>
        (await connection.QueryAsync(FindSql, row => Read(row, of.Store), cancel, Commands.Parameter(of.Id.Value))
            .ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The requests, oldest first.</summary>
    public static async Task<IReadOnlyList<ApprovalRow>> ListAsync(
        NpgsqlConnection connection, (bool OpenOnly, string Store) of, CancellationToken cancel) =>
        await connection.QueryAsync(of.OpenOnly ? ListOpenSql : ListSql, row => Read(row, of.Store), cancel)
            .ConfigureAwait(false);

    private static ApprovalRow Read(NpgsqlDataReader row, string store) => new()
    {
        Id = StoredText.Scalar<ApprovalId>(row.GetString(0), store),
        RunId = StoredText.Scalar<RunId>(row.GetString(1), store),
        Status = StoredText.Approval(row.GetString(2), store),
        RequestedAt = StoredTime.To(row.GetInt64(3)),
        ExpiresAt = StoredTime.To(row.GetInt64(4)),
        Request = row.Bytes(5),
        Tenant = EscapedText.To(row.GetString(6)),
    };
}
