using System.Runtime.InteropServices;

namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>Does things to a database behind the back of the program.</summary>
public static partial class RawDatabase
{
    private const string Library = "e_sqlite3";

    /// <summary>Executes a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public static int Execute(string path, string sql)
    {
        Assert.Equal(0, Open(path, out var database));
        try
        {
            var code = Exec(database, sql, 0, 0, 0);
            Assert.True(code == 0, $"SQLite says {code} to {sql}");
            return Changes(database);
        }
        finally
        {
            Assert.Equal(0, Close(database));
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, out nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(nint database, string sql, nint callback, nint argument, nint error);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes")]
    private static partial int Changes(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_close")]
    private static partial int Close(nint database);
}
