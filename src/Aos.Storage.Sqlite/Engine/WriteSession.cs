using Aos.Storage.Sqlite.Journal;

namespace Aos.Storage.Sqlite.Engine;

/// <summary>A connection that writes, and what it knows of the runs that it wrote.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Statement _begin;
    private readonly Statement _dataVersion;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private long _seenVersion = -1;

    public WriteSession(Connection connection, string owner)
    {
        Connection = connection;
        Owner = owner;
        Runs = new RunCache(connection, owner);
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _dataVersion = connection.Prepare("PRAGMA data_version");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
    }

    /// <summary>The connection.</summary>
    public Connection Connection { get; }

    /// <summary>This process.</summary>
    public string Owner { get; }

    /// <summary>Where the runs stand.</summary>
    public RunCache Runs { get; }

    /// <summary>Whether the transaction wrote something. One that did not is rolled back, which costs no
    /// flush.</summary>
    public bool Wrote { get; set; }

    /// <summary>Takes the lock of the store. What is remembered of the runs is forgotten where another process has
    /// committed since: SQLite counts those commits.</summary>
    public void Begin()
    {
        Wrote = false;
        _begin.Run();
        _dataVersion.Step();
        var version = _dataVersion.Integer(0);
        _dataVersion.Reset();
        if (version != _seenVersion) Runs.Clear();
        _seenVersion = version;
        Runs.Trim();
    }

    /// <summary>Commits, and returns once it is durable.</summary>
    public void End() => (Wrote ? _commit : _rollback).Run();

    /// <summary>Closes the connection; what was not committed is rolled back.</summary>
    public void Dispose() => Connection.Dispose();
}
