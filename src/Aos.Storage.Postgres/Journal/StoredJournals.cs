using System.Runtime.CompilerServices;
using Aos.Abstractions.Storage;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Journal;

/// <summary>A run and its whole journal.</summary>
internal sealed class StoredJournal
{
    /// <summary>The number of the run.</summary>
    public required long RunNo { get; init; }

    /// <summary>The run.</summary>
    public required string Id { get; init; }

    /// <summary>The sequence number that its row names.</summary>
    public required long Seq { get; init; }

    /// <summary>The hash that its row names for that number.</summary>
    public required byte[] Head { get; init; }

    /// <summary>Whether its row says that it has ended.</summary>
    public required bool HasEnded { get; init; }

    /// <summary>How many rows of segments there are.</summary>
    public int Rows { get; set; }

    /// <summary>The segments as they were appended.</summary>
    public List<JournalSegment> Segments { get; } = [];

    /// <summary>Why not all of them are there; null where they are.</summary>
    public string? Fault { get; set; }
}

/// <summary>Reads whole journals, one at a time.</summary>
internal static class StoredJournals
{
    private const string Sql = """
        SELECT r.run_no, r.id, r.seq, r.head, s.first_seq, s.count, s.events, s.hash, s.links, r.status
        FROM {0} r LEFT JOIN segments s ON s.run_no = r.run_no ORDER BY r.run_no, s.first_seq
        """;

    /// <summary>The journals of runs, by their numbers, as they are at one moment. No limit of time.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="runs">In SQL: the runs, as a table.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <param name="parameters">Those of the SQL.</param>
    public static async IAsyncEnumerable<StoredJournal> ReadAsync(
        NpgsqlConnection connection, string runs, [EnumeratorCancellation] CancellationToken cancel,
        params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(Sql.Replace("{0}", runs, StringComparison.Ordinal), connection)
        {
            CommandTimeout = 0,
        };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddRange(parameters);
        var row = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        StoredJournal? journal = null;
        while (await row.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (journal?.RunNo != row.GetInt64(0))
            {
                if (journal is not null) yield return journal;
                journal = new StoredJournal
                {
                    RunNo = row.GetInt64(0),
                    Id = row.GetString(1),
                    Seq = row.GetInt64(2),
                    Head = row.Bytes(3),
                    HasEnded = row.GetString(9) is "completed" or "failed" or "cancelled",
                };
            }

            if (row.IsDBNull(4)) continue;
            journal.Rows++;
            journal.Fault ??= SegmentTable.Expand(row, column: 4, journal.Segments);
        }

        if (journal is not null) yield return journal;
    }
}
