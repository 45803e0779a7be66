using System.Data;
using Aos.Abstractions.Storage;
using Npgsql;

namespace Aos.Storage.Postgres.Engine;

/// <summary>Connections that read. Thread-safe.</summary>
internal sealed class Readers(NpgsqlDataSource source, StoreAddress store, Writer writer) : IAsyncDisposable
{
    /// <summary>Runs a query. One whose connection breaks is run once more on a new connection: the pool may have kept
    /// connections that the server has closed since.</summary>
    /// <exception cref="StoreException">The server cannot be reached, or refused.</exception>
    public async ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> query, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        // What this process wrote last is decided before anything is read.
        await writer.SettleAsync(cancel).ConfigureAwait(false);
        try
        {
            var (result, isBroken) = await TryAsync(state, query, isLast: false, cancel).ConfigureAwait(false);
            if (!isBroken) return result;
            source.Clear();
            return (await TryAsync(state, query, isLast: true, cancel).ConfigureAwait(false)).Result;
        }
        catch (Exception failure) when (!writer.IsDisposed && PostgresFailure.IsOfStore(failure))
        {
            throw PostgresFailure.From(failure, store);
        }
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<(TResult Result, bool IsBroken)> TryAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> query, bool isLast,
        CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            return (await query(connection, state, cancel).ConfigureAwait(false), false);
        }
        catch (NpgsqlException) when (!isLast && connection.State != ConnectionState.Open)
        {
            return (default!, true);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
        {
            Forget(connection);
            throw;
        }
    }

    private void Forget(NpgsqlConnection connection)
    {
        try
        {
            connection.ForgetStatements();
        }
        catch (NpgsqlException)
        {
            // Nobody reads on it again: connections are closed as they come back.
            source.Clear();
        }
    }
}
