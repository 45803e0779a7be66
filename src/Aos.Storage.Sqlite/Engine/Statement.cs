using System.Text;

namespace Aos.Storage.Sqlite.Engine;

/// <summary>A compiled statement. Parameters count from 1, columns from 0.</summary>
internal sealed unsafe class Statement(Connection connection, nint handle) : IDisposable
{
    private const int StackBytes = 512;

    private nint _handle = handle;

    /// <summary>Sets a parameter to a number.</summary>
    public Statement Bind(int index, long value)
    {
        connection.Check(Native.BindInteger(_handle, index, value));
        return this;
    }

    /// <summary>Sets a parameter to a number or to null.</summary>
    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    /// <summary>Sets a parameter to null.</summary>
    public Statement BindNull(int index)
    {
        connection.Check(Native.BindNull(_handle, index));
        return this;
    }

    /// <summary>Sets a parameter to a text or to null.</summary>
    public Statement Bind(int index, string? value)
    {
        if (value is null) return BindNull(index);
        var max = Encoding.UTF8.GetMaxByteCount(value.Length);
        var utf8 = max <= StackBytes ? stackalloc byte[StackBytes] : new byte[max];
        var length = Encoding.UTF8.GetBytes(value, utf8);
        fixed (byte* text = utf8)
            connection.Check(Native.BindText(_handle, index, text, length, Native.Transient));
        return this;
    }

    /// <summary>Sets a parameter to bytes, which are copied.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // Bytes of no length have no address, which SQLite would take for null.
        fixed (byte* bytes = value)
            connection.Check(value.IsEmpty
                ? Native.BindZeros(_handle, index, 0)
                : Native.BindBlob(_handle, index, bytes, value.Length, Native.Transient));
        return this;
    }

    /// <summary>Goes to the next row. At the end the statement is ready for its next use.</summary>
    /// <returns>Whether there is a row.</returns>
    public bool Step()
    {
        var code = Native.Step(_handle);
        if (code == Native.Row) return true;
        if (code == Native.Done)
        {
            Reset();
            return false;
        }

        var failure = connection.Failure(code);
        Reset();
        throw failure;
    }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Makes the statement ready for its next use before its end. The parameters stay.</summary>
    /// <remarks>Its result code repeats the failure that <see cref="Step"/> has reported.</remarks>
    public void Reset() => _ = Native.Reset(_handle);

    /// <summary>Whether a column is null.</summary>
    public bool IsNull(int column) => Native.ColumnType(_handle, column) == Native.TypeNull;

    /// <summary>A column as a number.</summary>
    public long Integer(int column) => Native.ColumnInteger(_handle, column);

    /// <summary>A column as a number, or null.</summary>
    public long? IntegerOrNull(int column) => IsNull(column) ? null : Integer(column);

    /// <summary>A column as a text.</summary>
    public string Text(int column)
    {
        var text = Native.ColumnText(_handle, column);
        return text is null ? "" : Encoding.UTF8.GetString(text, Native.ColumnBytes(_handle, column));
    }

    /// <summary>A column as a text, or null.</summary>
    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>A column as bytes of its own.</summary>
    public byte[] Blob(int column) => BlobSpan(column).ToArray();

    /// <summary>A column as bytes that are valid until the next step.</summary>
    public ReadOnlySpan<byte> BlobSpan(int column)
    {
        var bytes = Native.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(bytes, Native.ColumnBytes(_handle, column));
    }

    /// <summary>Frees the statement.</summary>
    /// <remarks>Its result code repeats the failure that <see cref="Step"/> has reported.</remarks>
    public void Dispose()
    {
        _ = Native.Finish(_handle);
        _handle = 0;
    }
}
