using Npgsql;

namespace Aos.Server.Settings;

/// <summary>The address of a PostgreSQL store as a URL, which is how most tools write it.</summary>
internal static class PostgresAddress
{
    /// <summary>What is wrong with the text; null where nothing is. Shows nothing of it: it may hold a
    /// password.</summary>
    public static string? Problem(string text) => TryRead(text, out _) ? null
        : "is no address such as postgres://user:password@host:5432/database";

    /// <summary>The connection string of an address that <see cref="Problem"/> has nothing against.</summary>
    public static string ConnectionString(string text) => TryRead(text, out var connection) ? connection
        : throw new ArgumentException("The address was not checked.", nameof(text));

    private static bool TryRead(string text, out string connection)
    {
        connection = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql")
            || url.Host.Length == 0 || url.AbsolutePath.Length < 2) return false;
        var user = url.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.IsDefaultPort || url.Port < 0 ? 5432 : url.Port,
            Database = Uri.UnescapeDataString(url.AbsolutePath[1..]),
        };
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts[0] != "sslmode" || parts.Length < 2
                || !Enum.TryParse<SslMode>(
                    parts[1].Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode))
                return false;
            builder.SslMode = mode;
        }
        connection = builder.ConnectionString;
        return true;
    }
}
