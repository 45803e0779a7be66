using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Records;

/// <summary>The audit log.</summary>
internal static class AuditTable
{
    private const string Columns = "entry_no, tenant, entry, hash";

    // One entry at a time, whichever process writes it: each link needs the one before. 0x414F5333, "AOS3".
    private const string LockSql = "SELECT pg_advisory_xact_lock(1095717683, hashtext(current_schema()))";

    /// <summary>Adds an entry.</summary>
    public static async Task<AuditRow> AppendAsync(OwnerSession session, (string Tenant, ReadOnlyMemory<byte> Entry) of)
    {
        var transaction = await session.Connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await session.Connection.ChangeAsync(LockSql, CancellationToken.None).ConfigureAwait(false);
        var last =
            await session.Connection.QueryAsync($"SELECT {Columns} FROM audit ORDER BY entry_no DESC LIMIT 1", Read,
            CancellationToken.None).ConfigureAwait(false);
        var (seq, head) = last is [var before] ? (before.Seq, before.Hash) : (0L, AuditChain.Genesis);
        var row = new AuditRow(seq + 1, of.Tenant, of.Entry, AuditChain.Link(head.Span, of.Tenant, of.Entry.Span));
        await session.Connection
            .ChangeAsync($"INSERT INTO audit ({Columns}) VALUES ($1, $2, $3, $4)", CancellationToken.None,
            Commands.Parameter(row.Seq), Commands.Parameter(EscapedText.From(row.Tenant)),
            Commands.Parameter(row.Entry),
            Commands.Parameter(row.Hash)).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return row;
    }

    /// <summary>A page of entries, oldest first.</summary>
    public static async Task<IReadOnlyList<AuditRow>> ReadAsync(
        NpgsqlConnection connection, (string? Tenant, long AfterSeq, int Limit) of, CancellationToken cancel)
    {
        var tenant = of.Tenant is null ? "" : " AND tenant = $3";
        NpgsqlParameter[] parameters = [Commands.Parameter(of.AfterSeq), Commands.Parameter<long>(of.Limit)];
        if (of.Tenant is not null) parameters = [.. parameters, Commands.Parameter(EscapedText.From(of.Tenant))];
        return await connection.QueryAsync(
            $"SELECT {Columns} FROM audit WHERE entry_no > $1{tenant} ORDER BY entry_no LIMIT $2", Read,
            cancel, parameters)
            .ConfigureAwait(false);
    }

    /// <summary>All entries, in the order of their chain.</summary>
    public const string AllSql = $"SELECT {Columns} FROM audit ORDER BY entry_no";

    /// <summary>An entry of <see cref="AllSql"/>.</summary>
    public static AuditRow Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), EscapedText.To(row.GetString(1)), row.Bytes(2), row.Bytes(3));
}
