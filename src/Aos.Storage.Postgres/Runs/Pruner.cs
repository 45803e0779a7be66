using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Runs;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Runs;

/// <summary>Removes runs that have ended.</summary>
internal static class Pruner
{
    private static readonly RunStatus[] EndedStatuses = [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled];

    private static readonly string[] Tables = ["segments", "approvals", "inbox", "blob_names", "runs"];

    // $1 the statuses, $2 the moment, $3 how many stay.
    private const string MatchSql = """
        FROM runs WHERE status = ANY ($1) AND ended_at < $2 AND ($3 = 0 OR run_no < coalesce((
          SELECT k.run_no FROM runs k WHERE k.status = ANY ($1)
          ORDER BY k.run_no DESC LIMIT 1 OFFSET greatest($3 - 1, 0)), 0))
        """;

    private const string SizeSql =
        "coalesce(sum(s.count), 0)::bigint, coalesce(sum(pg_column_size(s.events)), 0)::bigint";

    private const string CountSql = $"""
        WITH matching AS MATERIALIZED (SELECT run_no {MatchSql})
        SELECT (SELECT count(*) FROM matching), {SizeSql} FROM matching JOIN segments s USING (run_no)
        """;

    // Nobody appends to a run, or packs it, while its row is locked.
    private const string HoldSql = $"SELECT run_no {MatchSql} ORDER BY run_no LIMIT $4 FOR UPDATE";

    private const string HeldSizeSql = $"SELECT {SizeSql} FROM segments s WHERE s.run_no = ANY ($1)";

    /// <summary>What would be removed.</summary>
    public static async Task<PruneResult> CountAsync(
        NpgsqlConnection connection, PruneRequest request, CancellationToken cancel) =>
        (await connection.QueryAsync(CountSql,
            static row => new PruneResult((int)row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancel,
            [.. Match(request)]).ConfigureAwait(false))[0];

    /// <summary>Removes runs.</summary>
    public static async Task<PruneResult> RemoveAsync(OwnerSession session, PruneRequest request)
    {
        var connection = session.Connection;
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var runNos = (await connection.QueryAsync(HoldSql, static row => row.GetInt64(0), CancellationToken.None,
            [.. Match(request), Commands.Parameter<long>(request.Limit)]).ConfigureAwait(false)).ToArray();
        if (runNos.Length == 0) return new PruneResult(0, 0, 0);
        var (events, bytes) = (await connection.QueryAsync(HeldSizeSql,
            static row => (row.GetInt64(0), row.GetInt64(1)), CancellationToken.None, Commands.Parameter(runNos))
            .ConfigureAwait(false))[0];
        await RemoveAsync(connection, runNos).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return new PruneResult(runNos.Length, events, bytes);
    }

    private static async Task RemoveAsync(NpgsqlConnection connection, long[] runNos)
    {
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        batch.Add("DELETE FROM charges USING runs WHERE charges.run_id = runs.id AND runs.run_no = ANY ($1)")
            .With(runNos);
        foreach (var table in Tables) batch.Add($"DELETE FROM {table} WHERE run_no = ANY ($1)").With(runNos);
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static IEnumerable<NpgsqlParameter> Match(PruneRequest request)
    {
        var statuses = EndedStatuses.Where(
            status => request.Statuses.Count == 0 || request.Statuses.Contains(status));
        return
        [
            Commands.Parameter(statuses.Select(StoredText.Of).ToArray()),
            Commands.Parameter(StoredTime.From(request.EndedBefore)),
            Commands.Parameter<long>(request.Keep),
        ];
    }
}
