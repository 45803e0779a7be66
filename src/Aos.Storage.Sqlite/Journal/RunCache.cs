using System.Runtime.InteropServices;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Where the runs stand that this process writes, so that an append needs no look-up. Only valid within a
/// write transaction, and as long as no other process has committed.</summary>
internal sealed class RunCache(Connection connection, string owner)
{
    private const int EntriesMax = 65_536;

    private const string FindSql = """
        SELECT run_no, owner,
          (SELECT first_seq + count - 1 FROM segments s WHERE s.run_no = r.run_no ORDER BY first_seq DESC LIMIT 1), packed
        FROM runs r WHERE id = ?1
        """;

    private readonly Dictionary<RunId, RunPlace> _places = [];

    /// <summary>Where a run stands; null where there is no such run.</summary>
    public RunPlace? Find(RunId runId)
    {
        if (_places.TryGetValue(runId, out var known)) return known;
        var find = connection.Prepare(FindSql).Bind(1, runId.Value);
        if (!find.Step()) return null;
        var place = new RunPlace(find.Integer(0), string.Equals(find.TextOrNull(1), owner, StringComparison.Ordinal))
        {
            LastSeq = find.Integer(2),
            IsPacked = find.Integer(3) != 0,
        };
        find.Reset();
        _places.Add(runId, place);
        return place;
    }

    /// <summary>Remembers a run that this process has just begun.</summary>
    public RunPlace Add(RunId runId, long runNo)
    {
        var place = new RunPlace(runNo, IsMine: true);
        CollectionsMarshal.GetValueRefOrAddDefault(_places, runId, out _) = place;
        return place;
    }

    /// <summary>Forgets a run whose owner changed, or that has ended.</summary>
    public void Forget(RunId runId) => _places.Remove(runId);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _places.Clear();

    /// <summary>Forgets everything where that has become much.</summary>
    public void Trim()
    {
        if (_places.Count >= EntriesMax) _places.Clear();
    }
}

/// <summary>Where a run stands.</summary>
/// <param name="RunNo">Its number in the store.</param>
/// <param name="IsMine">Whether this process owns it.</param>
internal sealed record RunPlace(long RunNo, bool IsMine)
{
    /// <summary>The sequence number of its last event.</summary>
    public long LastSeq { get; set; }

    /// <summary>Whether its journal is packed, or was left as it is; what comes late has to be packed again.</summary>
    public bool IsPacked { get; set; }
}
