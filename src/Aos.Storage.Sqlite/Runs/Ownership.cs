using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Runs;

/// <summary>Who runs what.</summary>
internal static class Ownership
{
    private const string FindSql = """
        SELECT run_no, owner, epoch FROM runs WHERE id = ?1 AND status NOT IN ('completed', 'failed', 'cancelled')
        """;

    private const string AdoptSql = "UPDATE runs SET owner = ?2, epoch = ?3, crashes = crashes + ?4 WHERE run_no = ?1";

    private const string ReleaseSql = "UPDATE runs SET owner = NULL WHERE id = ?1 AND owner = ?2";

    /// <summary>Takes over open runs whose owner is gone. The write transaction excludes every other process, so that
    /// of several that try, one wins.</summary>
    /// <returns>For each run the epoch that now holds, or null.</returns>
    public static IReadOnlyList<int?> Adopt(WriteSession session, IReadOnlyList<RunId> runIds, OwnerLock ownerLock)
    {
        var gone = new Dictionary<string, bool>(StringComparer.Ordinal);
        var epochs = new int?[runIds.Count];
        for (var i = 0; i < epochs.Length; i++) epochs[i] = Adopt(session, runIds[i], ownerLock, gone);
        return epochs;
    }

    /// <summary>Gives up a run that this process owns.</summary>
    public static bool Release(WriteSession session, RunId runId)
    {
        session.Connection.Prepare(ReleaseSql).Bind(1, runId.Value).Bind(2, session.Owner).Run();
        session.Runs.Forget(runId);
        return session.Wrote = session.Connection.Changes > 0;
    }

    /// <summary>Whether a living process owns a run that has not ended.</summary>
    public static bool IsOwned(Connection connection, RunId runId, OwnerLock ownerLock)
    {
        var find = connection.Prepare(FindSql).Bind(1, runId.Value);
        if (!find.Step()) return false;
        var owner = find.TextOrNull(1);
        find.Reset();
        return owner is not null
            && (string.Equals(owner, ownerLock.Owner, StringComparison.Ordinal) || !ownerLock.IsGone(owner));
    }

    /// <summary>Gives up those of some runs that this process owns.</summary>
    public static bool ReleaseMany(WriteSession session, IReadOnlyList<RunId> runIds)
    {
        var released = false;
        foreach (var runId in runIds) released |= Release(session, runId);
        return session.Wrote = released;
    }

    private static int? Adopt(WriteSession session, RunId runId, OwnerLock ownerLock, Dictionary<string, bool> gone)
    {
        var find = session.Connection.Prepare(FindSql).Bind(1, runId.Value);
        if (!find.Step()) return null;
        var (runNo, owner, epoch) = (find.Integer(0), find.TextOrNull(1), (int)find.Integer(2));
        find.Reset();

        if (string.Equals(owner, session.Owner, StringComparison.Ordinal)) return epoch;
        if (owner is not null && !IsGone(owner, ownerLock, gone)) return null;
        session.Connection.Prepare(AdoptSql).Bind(1, runNo).Bind(2, session.Owner).Bind(3, epoch + 1)
            .Bind(4, owner is null ? 0 : 1).Run();
        session.Runs.Forget(runId);
        session.Wrote = true;
        return epoch + 1;
    }

    private static bool IsGone(string owner, OwnerLock ownerLock, Dictionary<string, bool> gone)
    {
        if (!gone.TryGetValue(owner, out var known)) gone[owner] = known = ownerLock.IsGone(owner);
        return known;
    }
}
