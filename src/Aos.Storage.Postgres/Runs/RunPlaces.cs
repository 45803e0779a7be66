using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Runs;

/// <summary>Where the runs stand that this process owns, so that an append needs no look-up. True as long as the
/// session lasts: only this process changes them, and each append has the server confirm owner and epoch.</summary>
internal sealed class RunPlaces
{
    private const int EntriesMax = 65_536;

    private const string FindSql = """
        SELECT id, run_no, owner, epoch, status,
          (SELECT first_seq + count - 1 FROM segments s WHERE s.run_no = r.run_no ORDER BY first_seq DESC LIMIT 1)
        FROM runs r WHERE id = ANY ($1)
        """;

    private readonly Dictionary<RunId, RunPlace> _places = [];

    /// <summary>Reads where runs stand, also those of others.</summary>
    public static async Task<Dictionary<RunId, RunPlace>> LookUpAsync(
        OwnerSession session, string[] runIds, CancellationToken cancel)
    {
        var rows = await session.Connection
            .QueryAsync(FindSql, row => Read(row, session), cancel, Commands.Parameter(runIds)).ConfigureAwait(false);
        return rows.ToDictionary(row => row.RunId, row => row.Place);
    }

    /// <summary>Where a run of this process stands; null where that is not known.</summary>
    public RunPlace? Find(RunId runId) => _places.GetValueOrDefault(runId);

    /// <summary>Remembers where a run stands, if it is this process's and open: any process may remove one that has
    /// ended.</summary>
    public void Remember(RunId runId, RunPlace place)
    {
        if (!place.IsMine || place.HasEnded) return;
        if (_places.Count >= EntriesMax) _places.Clear();
        _places[runId] = place;
    }

    /// <summary>Forgets a run whose owner changed, or that has ended.</summary>
    public void Forget(RunId runId) => _places.Remove(runId);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _places.Clear();

    private static (RunId RunId, RunPlace Place) Read(NpgsqlDataReader row, OwnerSession session) => (
        RunId.Parse(row.GetString(0)),
        new RunPlace
        {
            RunNo = row.GetInt64(1),
            IsMine = string.Equals(row.TextOrNull(2), session.Owner.Value, StringComparison.Ordinal),
            Epoch = row.GetInt32(3),
            HasEnded = row.GetString(4) is "completed" or "failed" or "cancelled",
            LastSeq = row.IntegerOrNull(5) ?? 0,
        });
}

/// <summary>Where a run stands.</summary>
internal sealed class RunPlace
{
    /// <summary>Its number in the store.</summary>
    public required long RunNo { get; init; }

    /// <summary>Whether this process owns it.</summary>
    public required bool IsMine { get; init; }

    /// <summary>How often it changed its owner, plus one.</summary>
    public required int Epoch { get; init; }

    /// <summary>Whether it has ended, so that its journal may be packed, or removed, by any process.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The sequence number of its last event.</summary>
    public long LastSeq { get; set; }
}
