using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;

namespace Aos.Storage.Postgres.Engine;

/// <summary>The one session of this process that writes, and what happens when it is lost. Thread-safe: transactions
/// wait for each other.</summary>
/// <remarks>Where the connection fails in a transaction, nobody knows whether it was committed. The session is given
/// up, and nothing is read or written until another one holds the lock of this process: then the old one has ended, and
/// what is read is what is true.</remarks>
internal sealed class Writer(StoreAddress store, Func<CancellationToken, Task<OwnerSession>> open) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private OwnerSession? _session;
    private bool _lossUntold;
    private volatile bool _disposed;

    /// <summary>The session as it is now; for tests.</summary>
    internal OwnerSession? Session => Volatile.Read(ref _session);

    /// <summary>Whether the store was closed.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Waits until there is a session, and so until nothing that this process wrote is undecided.</summary>
    /// <exception cref="StoreException">The server cannot be reached.</exception>
    public async ValueTask SettleAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Volatile.Read(ref _session) is not null) return;
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await EnsureAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Appends: as <see cref="TransactAsync"/>, but where the session was lost since the last append, the
    /// first append afterwards fails, whoever found it out: the runs may be another's by now, and must be read
    /// again.</summary>
    public ValueTask<TResult> AppendAsync<TState, TResult>(
        TState state, Func<OwnerSession, TState, Task<TResult>> work, CancellationToken cancel) =>
        RunAsync(state, work, isAppend: true, cancel);

    /// <summary>Does work in the session. Cancellation ends the wait for other transactions, not the work.</summary>
    /// <exception cref="StoreException">The outcome is unknown.</exception>
    public ValueTask<TResult> TransactAsync<TState, TResult>(
        TState state, Func<OwnerSession, TState, Task<TResult>> work, CancellationToken cancel) =>
        RunAsync(state, work, isAppend: false, cancel);

    /// <summary>Frees the lock and closes the connection, after what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            if (_session is { } session) await session.DisposeAsync().ConfigureAwait(false);
            Volatile.Write(ref _session, null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends as a killed process does: nothing is said to the server.</summary>
    internal void Abandon() => _disposed = true;

    private async ValueTask<TResult> RunAsync<TState, TResult>(
        TState state, Func<OwnerSession, TState, Task<TResult>> work, bool isAppend, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var session = await EnsureAsync(cancel).ConfigureAwait(false);
            if (isAppend && _lossUntold) throw TellLoss();
            return await DoAsync(session, state, work, isAppend).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<TResult> DoAsync<TState, TResult>(
        OwnerSession session, TState state, Func<OwnerSession, TState, Task<TResult>> work, bool isAppend)
    {
        try
        {
            return await work(session, state).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // What the server refused, it rolled back: the session and its lock are as good as before.
            session.Places.Clear();
            if (!IsSound(session))
            {
                await GiveUpAsync(session).ConfigureAwait(false);
                _lossUntold &= !isAppend;
            }

            if (PostgresFailure.IsOfStore(failure)) throw PostgresFailure.From(failure, store);
            throw;
        }
    }

    private static bool IsSound(OwnerSession session)
    {
        if (!session.IsOpen) return false;
        try
        {
            session.Connection.ForgetStatements();
            return session.IsOpen;
        }
        catch (Exception broken) when (PostgresFailure.IsOfStore(broken))
        {
            return false;
        }
    }

    private async Task<OwnerSession> EnsureAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_session is { IsOpen: false } lost) await GiveUpAsync(lost).ConfigureAwait(false);
        if (_session is { } session) return session;
        try
        {
            session = await open(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresFailure.IsOfStore(failure))
        {
            throw PostgresFailure.From(failure, store);
        }

        Volatile.Write(ref _session, session);
        return session;
    }

    private async Task GiveUpAsync(OwnerSession session)
    {
        Volatile.Write(ref _session, null);
        _lossUntold = true;
        await session.DisposeAsync().ConfigureAwait(false);
    }

    private StoreException TellLoss()
    {
        _lossUntold = false;
        return PostgresFailure.Failure(ErrorCodes.StorageUnavailable,
            $"'{store.Name}': the connection that proved that this process lives was lost, and is made anew. Runs may "
            + "have gone to another process meanwhile: read them again.");
    }
}
