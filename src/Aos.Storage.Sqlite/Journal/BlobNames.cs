using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Storage.Sqlite.Engine;

namespace Aos.Storage.Sqlite.Journal;

/// <summary>Which blobs the packed journals name. What other journals name is read from them when it is
/// asked.</summary>
internal static class BlobNames
{
    private const string AddSql = """
        INSERT INTO blob_names (blob_no, run_no) SELECT blob_no, ?2 FROM blobs WHERE digest = ?1
        ON CONFLICT (blob_no, run_no) DO NOTHING
        """;

    private const string RemoveSql =
        "DELETE FROM blob_names WHERE blob_no = (SELECT blob_no FROM blobs WHERE digest = ?1) AND run_no = ?2";

    private const string NamelessSql = """
        SELECT digest FROM blobs b WHERE NOT EXISTS (SELECT 1 FROM blob_names n WHERE n.blob_no = b.blob_no)
        """;

    private const string UnpackedSql = """
        SELECT events FROM segments WHERE links IS NULL AND run_no IN (
          SELECT run_no FROM runs WHERE status IN ('running', 'waiting', 'quarantined')
          UNION ALL SELECT run_no FROM runs WHERE packed <> 1 AND status IN ('completed', 'failed', 'cancelled'))
        """;

    private const string LaterSql = "SELECT events FROM segments WHERE segment_no > ?1 AND links IS NULL";

    private const string DeleteSql = """
        DELETE FROM blobs WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM blob_names n WHERE n.blob_no = blobs.blob_no)
        RETURNING length(bytes)
        """;

    /// <summary>Writes down what a packed journal names.</summary>
    public static void Add(Connection connection, long runNo, HashSet<string> names)
    {
        foreach (var name in names)
            connection.Prepare(AddSql).Bind(1, Convert.FromHexString(name)).Bind(2, runNo).Run();
    }

    /// <summary>Forgets what the journal of a run names.</summary>
    public static void Remove(Connection connection, long runNo)
    {
        try
        {
            foreach (var name in NamedBlobs.In(SegmentTable.ReadAll(connection, runNo)))
                connection.Prepare(RemoveSql).Bind(1, Convert.FromHexString(name)).Bind(2, runNo).Run();
        }
        catch (StoreException)
        {
            // Its journal cannot be unpacked, so that its names are looked for the long way.
            connection.Prepare("DELETE FROM blob_names WHERE run_no = ?1").Bind(1, runNo).Run();
        }
    }

    /// <summary>The blobs that no journal names at one moment, and the last segment of that moment.</summary>
    public static (IReadOnlyList<string> Digests, long LastSegment) FindNameless(Connection connection)
    {
        using var snapshot = connection.BeginSnapshot();
        var nameless = new HashSet<string>(StringComparer.Ordinal);
        var blobs = connection.Prepare(NamelessSql);
        while (blobs.Step()) nameless.Add(Convert.ToHexStringLower(blobs.BlobSpan(0)));
        if (nameless.Count > 0) nameless.ExceptWith(NamesIn(connection.Prepare(UnpackedSql)));
        var last = connection.Number("SELECT ifnull(max(segment_no), 0) FROM segments");
        return ([.. nameless], last);
    }

    /// <summary>Removes blobs that were found nameless, where they still are.</summary>
    public static SweepResult Delete(WriteSession session, (IReadOnlyList<string> Digests, long LastSegment) found)
    {
        // What was appended since may name one again. What was packed since has its names written down.
        var named = NamesIn(session.Connection.Prepare(LaterSql).Bind(1, found.LastSegment));
        var (count, bytes) = (0, 0L);
        foreach (var digest in found.Digests)
        {
            if (named.Contains(digest)) continue;
            var delete = session.Connection.Prepare(DeleteSql).Bind(1, Convert.FromHexString(digest));
            while (delete.Step())
            {
                session.Wrote = true;
                count++;
                bytes += delete.Integer(0);
            }
        }

        return new SweepResult(count, bytes);
    }

    private static HashSet<string> NamesIn(Statement segments)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (segments.Step()) NamedBlobs.Find(segments.BlobSpan(0), names);
        return names;
    }
}
