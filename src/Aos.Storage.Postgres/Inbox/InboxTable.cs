using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Journal;
using Npgsql;

namespace Aos.Storage.Postgres.Inbox;

/// <summary>Facts that wait for the owners of runs.</summary>
internal static class InboxTable
{
    // The row is locked, so that the run does not end before the fact is there: the end then takes the fact along.
    private const string PostSql = """
        WITH run AS (
          SELECT run_no FROM runs WHERE id = $1 AND status NOT IN ('completed', 'failed', 'cancelled') FOR SHARE)
        INSERT INTO inbox (run_no, posted_at, fact) SELECT run_no, $2, $3 FROM run
        """;

    // Both are locked in the order of an append, and only then is it looked whether a decision waits. The number of a
    // fact is never given again, so that one which is gone cannot be taken for another.
    private const string HoldRunSql =
        "SELECT FROM runs WHERE run_no = (SELECT run_no FROM approvals WHERE id = $1) FOR SHARE";

    private const string HoldRequestSql = "SELECT FROM approvals WHERE id = $1 FOR UPDATE";

    private const string PostDecisionSql = """
        WITH posted AS (
          INSERT INTO inbox (run_no, posted_at, fact)
          SELECT r.run_no, $2, $3 FROM approvals a JOIN runs r ON r.run_no = a.run_no
          WHERE a.id = $1 AND a.status = 'open' AND r.status NOT IN ('completed', 'failed', 'cancelled')
            AND NOT EXISTS (SELECT FROM inbox i WHERE i.fact_no = a.decision_no)
          RETURNING fact_no)
        UPDATE approvals SET decision_no = posted.fact_no FROM posted WHERE id = $1 RETURNING decision_no
        """;

    private const string ReadSql = """
        SELECT i.fact_no, r.id, i.fact FROM inbox i JOIN runs r ON r.run_no = i.run_no
        WHERE r.owner = $1 ORDER BY i.fact_no
        """;

    private const string DiscardSql = """
        DELETE FROM inbox i USING runs r WHERE i.fact_no = ANY ($1) AND r.run_no = i.run_no AND r.owner = $2
        """;

    private const string RemoveSql = """
        DELETE FROM inbox i USING unnest($1::bigint[], $2::bigint[]) AS c (fact_no, run_no)
        WHERE i.fact_no = c.fact_no AND i.run_no = c.run_no
        """;

    /// <summary>Leaves a fact for an open run.</summary>
    /// <returns>Whether there is such a run.</returns>
    public static async Task<bool> PostAsync(
        OwnerSession session, (RunId RunId, long PostedAt, ReadOnlyMemory<byte> Fact) post) =>
        await session.Connection.ChangeAsync(PostSql, CancellationToken.None, Commands.Parameter(post.RunId.Value),
            Commands.Parameter(post.PostedAt), Commands.Parameter(post.Fact)).ConfigureAwait(false) > 0;

    /// <summary>Leaves a decision on an open request, unless one waits already.</summary>
    /// <returns>Whether it was left.</returns>
    public static async Task<bool> PostDecisionAsync(
        OwnerSession session, (ApprovalId Id, long PostedAt, ReadOnlyMemory<byte> Decision) post)
    {
        var batch = new NpgsqlBatch(session.Connection);
        await using var _ = batch.ConfigureAwait(false);
        batch.Add(HoldRunSql).With(post.Id.Value);
        batch.Add(HoldRequestSql).With(post.Id.Value);
        batch.Add(PostDecisionSql).With(post.Id.Value).With(post.PostedAt).With(post.Decision);
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync().ConfigureAwait(false);
        await reader.NextResultAsync().ConfigureAwait(false);
        var isLeft = await reader.ReadAsync().ConfigureAwait(false);
        await reader.NextResultAsync().ConfigureAwait(false);
        return isLeft;
    }

    /// <summary>The facts for the runs of an owner, oldest first.</summary>
    public static async Task<IReadOnlyList<InboxItem>> ReadAsync(
        NpgsqlConnection connection, (string Owner, string Store) of, CancellationToken cancel) =>
        await connection.QueryAsync(ReadSql, row => new InboxItem(
                row.GetInt64(0), StoredText.Scalar<RunId>(row.GetString(1), of.Store), row.Bytes(2)),
            cancel, Commands.Parameter(of.Owner)).ConfigureAwait(false);

    /// <summary>Removes facts that runs of this process took no notice of.</summary>
    /// <returns>How many there were.</returns>
    public static Task<int> DiscardAsync(OwnerSession session, IReadOnlyList<long> factNos) =>
        session.Connection.ChangeAsync(DiscardSql, CancellationToken.None,
            Commands.Parameter(factNos.ToArray()), Commands.Parameter(session.Owner.Value));

    /// <summary>Adds the statement that removes facts, each of its own run.</summary>
    public static void AddRemove(NpgsqlBatch batch, List<(StagedRun Run, long FactNo)> consumed) => batch.Add(RemoveSql)
        .With(consumed.ConvertAll(entry => entry.FactNo).ToArray())
        .With(consumed.ConvertAll(entry => entry.Run.Place!.RunNo).ToArray());

    /// <summary>Adds the statement that removes the facts of runs that have ended: nobody will ever take
    /// them.</summary>
    public static void AddClear(NpgsqlBatch batch, List<StagedRun> ended) =>
        batch.Add("DELETE FROM inbox WHERE run_no = ANY ($1)")
            .With(ended.ConvertAll(run => run.Place!.RunNo).ToArray());
}
