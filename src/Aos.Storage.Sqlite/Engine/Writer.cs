namespace Aos.Storage.Sqlite.Engine;

/// <summary>The one connection of this process that writes. Thread-safe: transactions wait for each other.</summary>
/// <remarks>Whatever fails in a transaction, the connection is closed and the next transaction opens another one. After
/// a failed commit nobody knows what the engine still holds; the file is what counts.</remarks>
internal sealed class Writer(Func<WriteSession> open) : IDisposable
{
    private readonly Lock _gate = new();
    private WriteSession? _session;
    private bool _disposed;

    /// <summary>Opens the connection, so that what is wrong with the file is found now.</summary>
    public void Open()
    {
        lock (_gate) _session ??= open();
    }

    /// <summary>Runs work in a transaction that excludes every other process, durable on return where the work
    /// reports that it wrote something.</summary>
    public TResult Transact<TState, TResult>(TState state, Func<WriteSession, TState, TResult> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var session = _session ??= open();
            try
            {
                session.Begin();
                var result = work(session, state);
                session.End();
                return result;
            }
            catch
            {
                _session = null;
                session.Dispose();
                throw;
            }
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _session?.Dispose();
            _session = null;
        }
    }
}
