using System.Buffers;
using System.Text;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>Finds the digests that events name. A digest that stands in a text by chance only keeps a blob
/// longer.</summary>
internal static class NamedBlobs
{
    private const int HexDigits = 64;
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdef"u8);

    private static ReadOnlySpan<byte> Prefix => "sha256:"u8;

    /// <summary>Adds the hexadecimal digits of every digest in the lines.</summary>
    public static void Find(ReadOnlySpan<byte> lines, HashSet<string> found)
    {
        while (lines.IndexOf(Prefix) is >= 0 and var at)
        {
            lines = lines[(at + Prefix.Length)..];
            if (lines.Length < HexDigits) return;
            if (IsHex(lines[..HexDigits])) found.Add(Encoding.ASCII.GetString(lines[..HexDigits]));
        }
    }

    /// <summary>Adds the digests of segments.</summary>
    public static HashSet<string> In(IEnumerable<JournalSegment> segments)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var segment in segments) Find(segment.Events.Span, found);
        return found;
    }

    private static bool IsHex(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Hex);
}
