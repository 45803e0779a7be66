using System.Data;
using Npgsql;

namespace Aos.Storage.Postgres.Engine;

/// <summary>Short forms for statements.</summary>
internal static class Commands
{
    /// <summary>Runs statements without a limit of time.</summary>
    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The first value of the first row; default where it is null.</summary>
    public static async Task<T> ScalarAsync<T>(
        this NpgsqlConnection connection, string sql, CancellationToken cancel, params string[] texts)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        foreach (var text in texts) command.Parameters.Add(Parameter(text));
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        return await reader.IsDBNullAsync(0, cancel).ConfigureAwait(false) ? default! : reader.GetFieldValue<T>(0);
    }

    /// <summary>Runs one statement and makes a value of each row.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> make, CancellationToken cancel,
        params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddRange(parameters);
        var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await ReadAllAsync(reader, make, cancel).ConfigureAwait(false);
    }

    /// <summary>Makes a value of each row that is left.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> make, CancellationToken cancel)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false)) rows.Add(make(reader));
        return rows;
    }

    /// <summary>Runs one statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public static async Task<int> ChangeAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Lets both sides forget which statements are prepared, after one was refused or broken off. Where that
    /// befalls a statement while it is being prepared, the driver (Npgsql 10) takes it for one that is not and the
    /// server keeps it: what is answered next would be read as the answer to something else.</summary>
    /// <remarks>Waits for the server; the driver offers no other way.</remarks>
    public static void ForgetStatements(this NpgsqlConnection connection)
    {
        if (connection.State == ConnectionState.Open) connection.UnprepareAll();
    }

    /// <summary>A parameter by its place.</summary>
    public static NpgsqlParameter Parameter<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    /// <summary>Adds a parameter to a statement of a batch.</summary>
    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(Parameter(value));
        return command;
    }

    /// <summary>Adds a statement to a batch.</summary>
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>Text, or null.</summary>
    public static string? TextOrNull(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>An integer, or null.</summary>
    public static long? IntegerOrNull(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>Bytes.</summary>
    public static byte[] Bytes(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
