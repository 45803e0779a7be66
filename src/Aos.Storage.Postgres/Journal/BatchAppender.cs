using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Ledger;
using Aos.Storage.Postgres.Runs;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>Writes a batch of slices in one transaction, and nearly always in one round trip.</summary>
/// <remarks>What conflicts is decided from what this process knows, and sent as if it were so. The server holds against
/// it: the owner and the epoch of every run, that a new run is new, and that no sequence number is taken. Where one of
/// these does not hold, it refuses the whole batch; then everything is looked up and decided again.</remarks>
internal static class BatchAppender
{
    private const int Attempts = 4;

    private static readonly Dictionary<RunId, RunPlace> Nothing = [];

    /// <summary>Writes the slices that do not conflict.</summary>
    public static async Task<AppendResult[]> AppendAsync(OwnerSession session, ReadOnlyMemory<JournalSlice> slices)
    {
        PostgresException? refusal = null;
        var overLimit = new HashSet<int>();
        for (var attempt = 1; attempt <= Attempts;)
        {
            var found = await LookUpAsync(session, slices, everything: attempt > 1).ConfigureAwait(false);
            var plan = AppendPlan.Make(slices.Span, session.Places, found, overLimit);
            if (plan.Runs.Count == 0) return plan.Results;
            try
            {
                await WriteAsync(session, plan).ConfigureAwait(false);
                return plan.Results;
            }
            catch (PostgresException refused) when (session.IsOpen && refused.SqlState == "AOS03")
            {
                // Each time at least one slice less is asked for.
                overLimit.UnionWith(LedgerTable.Refused(refused));
            }
            catch (PostgresException refused) when (session.IsOpen && IsOfAnother(refused))
            {
                session.Places.Clear();
                refusal = refused;
                attempt++;
            }
        }

        throw PostgresFailure.Failure(ErrorCodes.StorageUnavailable,
            $"'{session.Store.Name}': an append was refused {Attempts} times, because its runs changed under it "
            + $"({refusal!.MessageText}). Look for another program that writes to this schema.", refusal);
    }

    // Everything that a concurrent writer of the same schema can cause. The transaction was rolled back.
    private static bool IsOfAnother(PostgresException refused) => refused.SqlState is "AOS02"
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.DeadlockDetected;

    /// <summary>Where the runs stand that this process does not know. One that a slice begins is only looked up after a
    /// refusal.</summary>
    private static async Task<Dictionary<RunId, RunPlace>> LookUpAsync(
        OwnerSession session, ReadOnlyMemory<JournalSlice> slices, bool everything)
    {
        var unknown = Unknown(session, slices.Span, everything);
        if (unknown is null) return Nothing;
        var found = await RunPlaces.LookUpAsync(session, [.. unknown], CancellationToken.None).ConfigureAwait(false);
        foreach (var (runId, place) in found) session.Places.Remember(runId, place);
        return found;
    }

    private static HashSet<string>? Unknown(OwnerSession session, ReadOnlySpan<JournalSlice> slices, bool everything)
    {
        HashSet<string>? unknown = null;
        HashSet<RunId>? begun = null;
        foreach (var slice in slices)
        {
            if (session.Places.Find(slice.RunId) is not null) continue;
            if (!everything && slice.AfterSeq == 0) (begun ??= []).Add(slice.RunId);
            else if (begun?.Contains(slice.RunId) != true) (unknown ??= []).Add(slice.RunId.Value);
        }

        return unknown;
    }

    private static async Task WriteAsync(OwnerSession session, AppendPlan plan)
    {
        var batch = AppendStatements.Make(session, plan);
        await using var _ = batch.ConfigureAwait(false);
        var begun = await ExecuteAsync(batch).ConfigureAwait(false);
        foreach (var run in plan.Runs)
        {
            if (run.HasEnded) session.Places.Forget(run.RunId);
            else if (run.Place is { } place) place.LastSeq = run.LastSeq;
            else
                session.Places.Remember(run.RunId,
                    new RunPlace { RunNo = begun[run.RunId.Value], IsMine = true, Epoch = 1, LastSeq = run.LastSeq });
        }
    }

    /// <summary>Sends the batch; durable on return, because the server answers only then that it is ready
    /// again.</summary>
    /// <returns>The numbers of the new runs.</returns>
    private static async Task<Dictionary<string, long>> ExecuteAsync(NpgsqlBatch batch)
    {
        var begun = new Dictionary<string, long>(StringComparer.Ordinal);
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        // The first answer is that of the fence; of the rest, only the statement that begins runs has rows.
        while (await reader.NextResultAsync().ConfigureAwait(false))
            while (await reader.ReadAsync().ConfigureAwait(false)) begun.Add(reader.GetString(0), reader.GetInt64(1));
        return begun;
    }
}
