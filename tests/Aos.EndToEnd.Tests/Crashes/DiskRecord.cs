using System.Buffers.Binary;
using System.Text;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A call of a recorded process that changed the disk.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Path">The file; empty where a handle says which.</param>
/// <param name="Handle">The opened file.</param>
/// <param name="Offset">Where it wrote, or the new length.</param>
/// <param name="Bytes">What it wrote.</param>
/// <param name="To">The other name, of a rename or a link.</param>
internal sealed record DiskCall(DiskCallKind Kind, string Path, uint Handle, long Offset, byte[] Bytes, string To)
{
    /// <summary>Whether the call makes something durable.</summary>
    public bool IsSync => Kind == DiskCallKind.Sync;
}

/// <summary>What a call did. The numbers are those of <c>disk.c</c>.</summary>
internal enum DiskCallKind : uint
{
    Open = 1,
    Write,
    Sync,
    Cut,
    Rename,
    Link,
    Unlink,
    MakeDirectory,
}

/// <summary>Reads the record of a process.</summary>
internal static class DiskRecord
{
    private const int HeadBytes = 32;

    public static IReadOnlyList<DiskCall> Read(string path)
    {
        var calls = new List<DiskCall>();
        var rest = File.ReadAllBytes(path).AsSpan();
        while (rest.Length >= HeadBytes)
        {
            var kind = (DiskCallKind)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            var handle = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var offset = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
            var first = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]);
            var second = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest[28..]);
            var bytes = rest.Slice(HeadBytes, first);
            var to = Encoding.UTF8.GetString(rest.Slice(HeadBytes + first, second));
            calls.Add(kind == DiskCallKind.Write
                ? new DiskCall(kind, "", handle, offset, bytes.ToArray(), to)
                : new DiskCall(kind, Encoding.UTF8.GetString(bytes), handle, offset, [], to));
            rest = rest[(HeadBytes + first + second)..];
        }
        Assert.Equal(0, rest.Length);
        return calls;
    }
}
