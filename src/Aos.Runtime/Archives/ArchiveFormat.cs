using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aos.Runtime.Archives;

/// <summary>The parts of an archive, as <c>docs/formats.md</c> describes them: each is a line of JSON, and where that
/// says so, so many bytes and a line feed. The last line holds the hash of everything before it.</summary>
internal static class ArchiveFormat
{
    public const string Name = "aos.run";
    public const int Version = 1;

    /// <summary>Which of its members says how many bytes follow a line.</summary>
    public const string BytesMember = "bytes";

    /// <summary>The last line: the only bytes that the hash does not cover, so it is compared as a whole.</summary>
    public static byte[] End(int parts, ReadOnlySpan<byte> before)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(before, hash);
        return Encoding.ASCII.GetBytes(
            $$"""{"part":"end","parts":{{parts}},"sha256":"{{Convert.ToHexStringLower(hash)}}"}""" + "\n");
    }

    /// <summary>Writes a part.</summary>
    public static void Write(
        ArrayBufferWriter<byte> to, Action<Utf8JsonWriter> members, ReadOnlyMemory<byte>? content = null)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            members(writer);
            if (content is { } counted) writer.WriteNumber(BytesMember, counted.Length);
            writer.WriteEndObject();
        }

        to.Write("\n"u8);
        if (content is not { } bytes) return;
        to.Write(bytes.Span);
        to.Write("\n"u8);
    }
}
