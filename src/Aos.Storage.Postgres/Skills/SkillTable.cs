using Aos.Abstractions.Storage;
using Aos.Abstractions.Storage.Drivers;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Storage.Postgres.Engine;
using Aos.Storage.Postgres.Journal;
using Aos.Storage.Postgres.Schema;
using Npgsql;

namespace Aos.Storage.Postgres.Skills;

/// <summary>Recorded versions of skills.</summary>
internal static class SkillTable
{
    private const string RecordedSql = """
        SELECT s.name, s.version, s.digest FROM unnest($1::text[], $2::text[]) AS wanted (name, version)
        JOIN skills s ON s.name = wanted.name AND s.version = wanted.version
        """;

    private const string RecordSql = """
        INSERT INTO skills (name, version, digest, contract)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) ON CONFLICT (name, version) DO NOTHING
        """;

    /// <summary>The digests under which versions are recorded, by name and version.</summary>
    public static async Task<Dictionary<(string Name, string Version), Digest>> RecordedAsync(
        NpgsqlConnection connection, (IReadOnlyList<SkillRow> Skills, string Store) of, CancellationToken cancel)
    {
        var rows = await connection.QueryAsync(RecordedSql,
            row => (Key: (EscapedText.To(row.GetString(0)), EscapedText.To(row.GetString(1))),
                Digest: StoredText.Digest(row.Bytes(2), of.Store)),
            cancel, Column(of.Skills, skill => EscapedText.From(skill.Name)),
            Column(of.Skills, skill => EscapedText.From(skill.Version))).ConfigureAwait(false);
        // One asked for twice is there twice.
        return rows.DistinctBy(row => row.Key).ToDictionary(row => row.Key, row => row.Digest);
    }

    /// <summary>Records the versions that are not recorded.</summary>
    /// <returns>How many those were.</returns>
    public static Task<int> RecordAsync(OwnerSession session, IReadOnlyList<SkillRow> skills)
    {
        // In one order everywhere, so that two processes do not wait for each other in a ring.
        var sorted = skills.OrderBy(skill => skill.Name, StringComparer.Ordinal)
            .ThenBy(skill => skill.Version, StringComparer.Ordinal).ToArray();
        return session.Connection.ChangeAsync(RecordSql, CancellationToken.None,
            Column(sorted, skill => EscapedText.From(skill.Name)),
            Column(sorted, skill => EscapedText.From(skill.Version)),
            Column(sorted, skill => BlobTable.Hash(skill.Digest)), Column(sorted, skill => skill.Contract));
    }

    /// <summary>All recorded versions, by name and version.</summary>
    public static async Task<IReadOnlyList<SkillRow>> ListAsync(
        NpgsqlConnection connection, string store, CancellationToken cancel)
    {
        const string Sql = "SELECT name, version, digest, contract FROM skills";
        var rows = await connection.QueryAsync(Sql, row => new SkillRow(
            EscapedText.To(row.GetString(0)), EscapedText.To(row.GetString(1)), StoredText.Digest(row.Bytes(2), store),
            row.Bytes(3)), cancel).ConfigureAwait(false);
        return [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal)
            .ThenBy(row => StoredText.Scalar<SkillVersion>(row.Version, store))];
    }

    private static NpgsqlParameter Column<T>(IReadOnlyList<SkillRow> skills, Func<SkillRow, T> value) =>
        Commands.Parameter(skills.Select(value).ToArray());
}
