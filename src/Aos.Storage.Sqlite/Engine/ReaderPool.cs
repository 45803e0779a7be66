using System.Collections.Concurrent;

namespace Aos.Storage.Sqlite.Engine;

/// <summary>Connections that read, opened when they are first needed. Thread-safe.</summary>
internal sealed class ReaderPool(string path, TimeSpan busyTimeout) : IDisposable
{
    private const int IdleMax = 8;

    private readonly ConcurrentBag<Connection> _idle = [];
    private volatile bool _disposed;

    /// <summary>Runs a query. A connection on which something failed is not used again.</summary>
    public TResult Read<TState, TResult>(TState state, Func<Connection, TState, TResult> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = _idle.TryTake(out var idle) ? idle : Connection.Open(path, ConnectionMode.Read, busyTimeout);
        TResult result;
        try
        {
            result = query(connection, state);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        Return(connection);
        return result;
    }

    /// <summary>Closes the connections; one in use is closed when it returns.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection)) connection.Dispose();
    }

    private void Return(Connection connection)
    {
        if (_idle.Count >= IdleMax)
        {
            connection.Dispose();
            return;
        }

        _idle.Add(connection);
        if (_disposed) Dispose();
    }
}
