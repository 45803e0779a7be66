using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Engine;
using Aos.Storage.Sqlite.Journal;

namespace Aos.Storage.Sqlite.Skills;

/// <summary>Recorded versions of skills.</summary>
internal static class SkillTable
{
    private const int HashBytes = 32;

    /// <summary>Those of the versions that are not recorded.</summary>
    public static IReadOnlyList<SkillRow> Missing(Connection connection, IReadOnlyList<SkillRow> skills) =>
        [.. skills.Where(skill => FindDigest(connection, skill) is null)];

    /// <summary>Those of the versions that are recorded with another digest.</summary>
    public static IReadOnlyList<SkillRow> Refused(Connection connection, IReadOnlyList<SkillRow> skills) =>
        [.. skills.Where(skill => FindDigest(connection, skill) is { } recorded && recorded != skill.Digest)];

    /// <summary>Records the versions that are not recorded.</summary>
    /// <returns>How many those were.</returns>
    public static int Record(WriteSession session, IReadOnlyList<SkillRow> skills)
    {
        Span<byte> digest = stackalloc byte[HashBytes];
        var recorded = 0;
        foreach (var skill in skills)
        {
            BlobTable.Decode(skill.Digest, digest);
            session.Connection.Prepare("""
                INSERT INTO skills (name, version, digest, contract) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (name, version) DO NOTHING
                """).Bind(1, skill.Name).Bind(2, skill.Version).Bind(3, digest).Bind(4, skill.Contract.Span).Run();
            recorded += session.Connection.Changes;
        }

        session.Wrote = recorded > 0;
        return recorded;
    }

    /// <summary>All recorded versions, by name and version.</summary>
    public static IReadOnlyList<SkillRow> List(Connection connection)
    {
        var rows = new List<(SkillRow Row, SkillVersion Version)>();
        var list = connection.Prepare("SELECT name, version, digest, contract FROM skills");
        while (list.Step())
        {
            var row = new SkillRow(
                list.Text(0), list.Text(1), StoredText.Digest(list.BlobSpan(2), connection.Path), list.Blob(3));
            rows.Add((row, StoredText.Scalar<SkillVersion>(row.Version, connection.Path)));
        }

        return [.. rows.OrderBy(entry => entry.Row.Name, StringComparer.Ordinal).ThenBy(entry => entry.Version)
            .Select(entry => entry.Row)];
    }

    private static Digest? FindDigest(Connection connection, SkillRow skill)
    {
        var find = connection.Prepare("SELECT digest FROM skills WHERE name = ?1 AND version = ?2")
            .Bind(1, skill.Name).Bind(2, skill.Version);
        if (!find.Step()) return null;
        var digest = StoredText.Digest(find.BlobSpan(0), connection.Path);
        find.Reset();
        return digest;
    }
}
