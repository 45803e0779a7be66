using System.Runtime.InteropServices;
using System.Text;
using Aos.Abstractions.Storage;

namespace Aos.Storage.Sqlite.Engine;

/// <summary>One connection to the database file. For one thread at a time.</summary>
/// <remarks>Speaks to SQLite directly: commands of ADO.NET cost half of the rate and 2.8 KB a step. Each statement is
/// compiled once and kept as long as the connection.</remarks>
internal sealed unsafe class Connection : IDisposable
{
    private nint _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Connection(nint handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    /// <summary>The database file, for messages.</summary>
    public string Path { get; }

    /// <summary>How many rows the last statement that wrote has changed.</summary>
    public int Changes => Native.Changes(_handle);

    /// <summary>The key of the row that was inserted last.</summary>
    public long LastRowId => Native.LastInsertRowId(_handle);

    /// <summary>Opens a file that exists.</summary>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static Connection Open(string path, ConnectionMode mode, TimeSpan busyTimeout)
    {
        var flags = Native.OpenNoMutex | mode switch
        {
            ConnectionMode.Read => Native.OpenReadOnly,
            ConnectionMode.Write => Native.OpenReadWrite,
            _ => Native.OpenReadWrite | Native.OpenCreate,
        };
        nint handle;
        int code;
        fixed (byte* name = Terminated(path)) code = Native.Open(name, &handle, flags, vfs: null);
        var connection = new Connection(handle, path); // There is one to ask for the reason even where that failed.
        try
        {
            connection.Check(code);
            connection.Check(Native.ExtendedResultCodes(handle, on: 1));
            connection.Check(Native.BusyTimeout(handle, (int)busyTimeout.TotalMilliseconds));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement of a text, compiled on first use.</summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known)) return known;
        return _statements[sql] = Compile(sql, Native.PreparePersistent);
    }

    /// <summary>Runs statements without parameters and without results.</summary>
    public void Execute(string sql)
    {
        fixed (byte* text = Terminated(sql)) Check(Native.Execute(_handle, text, callback: 0, state: 0, error: null));
    }

    /// <summary>The number in the first column of the first row.</summary>
    public long Number(string sql)
    {
        using var statement = Compile(sql, flags: 0);
        return statement.Step() ? statement.Integer(0) : throw Unexpected(sql);
    }

    /// <summary>The text in the first column of the first row.</summary>
    public string Text(string sql)
    {
        using var statement = Compile(sql, flags: 0);
        return statement.Step() ? statement.Text(0) : throw Unexpected(sql);
    }

    /// <summary>Makes what follows see one state of the database, until disposed.</summary>
    public Snapshot BeginSnapshot()
    {
        Prepare("BEGIN").Run();
        return new Snapshot(this);
    }

    /// <summary>Ends the statement that runs on another thread.</summary>
    public void Interrupt() => Native.Interrupt(_handle);

    /// <summary>Throws where a result code is a failure.</summary>
    public void Check(int code)
    {
        if (code != Native.Ok) throw Failure(code);
    }

    /// <summary>The failure of a result code, with what the engine says of it.</summary>
    public StoreException Failure(int code) => SqliteFailure.From(
        code, Native.SystemError(_handle),
        Marshal.PtrToStringUTF8((nint)Native.ErrorMessage(_handle)) ?? "no message", Path);

    /// <summary>Closes the connection. An open transaction is rolled back.</summary>
    /// <remarks>Closing never fails once the statements are freed.</remarks>
    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
        _ = Native.Close(_handle);
        _handle = 0;
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private Statement Compile(string sql, uint flags)
    {
        nint statement;
        fixed (byte* text = Terminated(sql))
            Check(Native.Prepare(_handle, text, length: -1, flags, &statement, tail: null));
        return new Statement(this, statement);
    }

    private StoreException Unexpected(string sql) =>
        SqliteFailure.Damaged(Path, $"'{sql}' gave no answer");

    /// <summary>A read transaction.</summary>
    public readonly ref struct Snapshot(Connection connection) : IDisposable
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => connection.Prepare("COMMIT").Run();
    }
}

/// <summary>What a connection is opened for.</summary>
internal enum ConnectionMode
{
    /// <summary>To read.</summary>
    Read,

    /// <summary>To write what exists.</summary>
    Write,

    /// <summary>To write, and to make the file where there is none.</summary>
    Create,
}
