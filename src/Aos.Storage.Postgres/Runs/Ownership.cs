using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Runs;

/// <summary>Who runs what.</summary>
internal static class Ownership
{
    /// <summary>In SQL: whether the run of a row is open.</summary>
    public const string IsOpenSql = "status NOT IN ('completed', 'failed', 'cancelled')";

    // Each owner is asked for once. A run that changed since the statement began is judged again by the update.
    private const string AdoptSql = $"""
        WITH wanted AS MATERIALIZED (
          SELECT run_no, owner FROM runs
          WHERE id = ANY ($1) AND {IsOpenSql} AND owner IS DISTINCT FROM $2),
        owners AS MATERIALIZED (
          SELECT name, {OwnerName.IsGoneSql} AS is_gone
          FROM (SELECT DISTINCT owner AS name FROM wanted WHERE owner IS NOT NULL) AS names)
        UPDATE runs SET owner = $2, epoch = runs.epoch + 1,
          crashes = runs.crashes + CASE WHEN wanted.owner IS NULL THEN 0 ELSE 1 END
        FROM wanted LEFT JOIN owners ON owners.name = wanted.owner
        WHERE runs.run_no = wanted.run_no AND runs.owner IS NOT DISTINCT FROM wanted.owner AND runs.{IsOpenSql}
          AND (wanted.owner IS NULL OR owners.is_gone)
        """;

    private const string MineSql = $"SELECT id, epoch FROM runs WHERE id = ANY ($1) AND {IsOpenSql} AND owner = $2";

    private const string ReleaseSql = "UPDATE runs SET owner = NULL WHERE id = ANY ($1) AND owner = $2";

    private const string IsOwnedSql = $"""
        SELECT NOT {OwnerName.IsGoneSql} FROM (
          SELECT owner AS name FROM runs WHERE id = $1 AND {IsOpenSql} AND owner IS NOT NULL) AS names
        """;

    /// <summary>Takes over open runs whose owner is gone. Of several that try, the first to lock the row
    /// wins.</summary>
    /// <returns>For each run the epoch that now holds, or null.</returns>
    public static async Task<IReadOnlyList<int?>> AdoptAsync(OwnerSession session, IReadOnlyList<RunId> runIds)
    {
        var names = runIds.Select(runId => runId.Value).ToArray();
        var batch = new NpgsqlBatch(session.Connection);
        await using var _ = batch.ConfigureAwait(false);
        batch.Add(AdoptSql).With(names).With(session.Owner.Value);
        batch.Add(MineSql).With(names).With(session.Owner.Value);
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var mine = await reader.ReadAllAsync(
            static row => (Name: row.GetString(0), Epoch: row.GetInt32(1)), CancellationToken.None)
            .ConfigureAwait(false);
        await reader.NextResultAsync().ConfigureAwait(false);

        foreach (var runId in runIds) session.Places.Forget(runId);
        var epochs = mine.ToDictionary(run => run.Name, run => run.Epoch, StringComparer.Ordinal);
        return [.. names.Select(name => epochs.TryGetValue(name, out var epoch) ? epoch : (int?)null)];
    }

    /// <summary>Gives up those of some runs that this process owns.</summary>
    /// <returns>How many those were.</returns>
    public static Task<int> ReleaseAsync(OwnerSession session, IReadOnlyList<RunId> runIds)
    {
        foreach (var runId in runIds) session.Places.Forget(runId);
        return session.Connection.ChangeAsync(ReleaseSql, CancellationToken.None,
            Commands.Parameter(runIds.Select(runId => runId.Value).ToArray()),
            Commands.Parameter(session.Owner.Value));
    }

    /// <summary>Whether a living process owns a run that has not ended.</summary>
    public static async Task<bool> IsOwnedAsync(NpgsqlConnection connection, RunId runId, CancellationToken cancel) =>
        (await connection.QueryAsync(
            IsOwnedSql, static row => row.GetBoolean(0), cancel, Commands.Parameter(runId.Value))
            .ConfigureAwait(false)).FirstOrDefault();
}
