using System.Buffers;
using System.Globalization;
using Npgsql;

namespace Aos.Storage.Postgres.Engine;

/// <summary>Where a store is: for the client, with the password; and for people, without.</summary>
internal sealed class StoreAddress
{
    private const int NameMax = 63;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly NpgsqlConnectionStringBuilder _given;
    private readonly PostgresStoreOptions _options;

    private StoreAddress(NpgsqlConnectionStringBuilder given, PostgresStoreOptions options)
    {
        _given = given;
        _options = options;
        Name = string.Create(CultureInfo.InvariantCulture,
            $"{given.Host}:{given.Port}/{given.Database ?? given.Username} (schema {options.Schema})");
    }

    /// <summary>The store as messages name it: host, port, database, schema.</summary>
    public string Name { get; }

    /// <summary>The schema; safe to stand in a statement.</summary>
    public string Schema => _options.Schema;

    /// <summary>Reads the options.</summary>
    /// <exception cref="ArgumentException">They cannot be used.</exception>
    public static StoreAddress Parse(PostgresStoreOptions options)
    {
        if (!IsName(options.Schema))
            throw new ArgumentException($"'{options.Schema}' cannot be the name of the schema.", nameof(options));
        Require(options.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1_024), nameof(options));
        Require(options.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options));
        Require(options.LossTimeout, TimeSpan.FromSeconds(3), TimeSpan.FromHours(1), nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReadersMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ReadersMax, 100);
        return new StoreAddress(Read(options.ConnectionString), options);
    }

    /// <summary>The connection that writes and holds the lock of this process: never pooled, because the lock is the
    /// session's.</summary>
    public NpgsqlDataSource ForWriting() => Build(settings =>
    {
        settings.Pooling = false;
        settings.KeepAlive = Math.Max(1, (int)_options.LossTimeout.TotalSeconds / 3);
    });

    /// <summary>Connections that read.</summary>
    public NpgsqlDataSource ForReading() => Build(settings =>
    {
        settings.Pooling = true;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = _options.ReadersMax;
    });

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        try
        {
            var given = new NpgsqlConnectionStringBuilder(text);
            if (!string.IsNullOrEmpty(given.Host)) return given;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or InvalidCastException)
        {
            // What is thrown can quote a part of the text, and so a part of the password: it goes no further.
        }

        throw new ArgumentException("The connection string of the store cannot be read. It looks like "
            + "'Host=db.example.com;Database=aos;Username=aos;Password=…'; a value with ';' or '=' stands in quotes.");
    }

    private static bool IsName(string name) => name.Length is > 0 and <= NameMax
        && !name.AsSpan().ContainsAnyExcept(NameCharacters) && !char.IsAsciiDigit(name[0])
        && !name.StartsWith("pg_", StringComparison.Ordinal);

    private static void Require(TimeSpan value, TimeSpan min, TimeSpan max, string of)
    {
        if (value < min || value > max)
            throw new ArgumentOutOfRangeException(of, value, $"{min} to {max} is possible.");
    }

    private NpgsqlDataSource Build(Action<NpgsqlConnectionStringBuilder> set)
    {
        var settings = new NpgsqlConnectionStringBuilder(_given.ConnectionString)
        {
            SearchPath = Schema,
            Timeout = (int)_options.ConnectTimeout.TotalSeconds,
            CommandTimeout = (int)_options.CommandTimeout.TotalSeconds,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            Enlist = false,
            Multiplexing = false,
            IncludeErrorDetail = false,
            LogParameters = false,
            PersistSecurityInfo = false,
        };
        settings.ApplicationName ??= "aos";
        set(settings);
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.EnableIntegratedSecurity();
        return builder.Build();
    }
}
