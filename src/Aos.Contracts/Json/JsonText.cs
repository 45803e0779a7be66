using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aos.Contracts.Json;

/// <summary>What several parts need to know about the text of JSON strings.</summary>
internal static class JsonText
{
    private const int QuotedMax = 80;
    private const int PatternMax = 200;

    /// <summary>A name for a message: quoted as JSON, escaped to ASCII (no bidi tricks), cut to a length a person
    /// reads.</summary>
    public static string Quote(string name) => Show(name, QuotedMax, "\\\"");

    /// <summary>A pattern for a message, as it is read and not as JSON spells it: its own backslashes and quotes stand
    /// plain.</summary>
    public static string QuotePattern(string pattern) => Show(pattern, PatternMax, "");

    private static string Show(string text, int max, string escaped)
    {
        var shown = new StringBuilder("\"");
        foreach (var unit in text.AsSpan(0, Math.Min(text.Length, max)))
            if (unit is < ' ' or > '~') shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            else shown.Append(escaped.Contains(unit, StringComparison.Ordinal) ? "\\" : "").Append(unit);
        return shown.Append(text.Length > max ? "…\"" : "\"").ToString();
    }

    /// <summary>Index of the first byte that starts no valid UTF-8 sequence, or -1.</summary>
    public static int FindInvalidUtf8(ReadOnlySpan<byte> utf8)
    {
        for (var at = 0; at < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[at..], out _, out var taken) != OperationStatus.Done)
                return at;
            at += taken;
        }

        return -1;
    }

    /// <summary>Index of the first <c>\u</c> escape that is half a surrogate pair, or -1. The span is a JSON string
    /// without its quotes whose escapes are well formed.</summary>
    public static int FindLoneSurrogate(ReadOnlySpan<byte> raw)
    {
        for (var at = raw.IndexOf((byte)'\\'); at >= 0;)
        {
            var taken = 2;
            if (raw[at + 1] == 'u')
            {
                taken = 6;
                var unit = HexUnit(raw, at);
                if (char.IsLowSurrogate(unit))
                    return at;
                if (char.IsHighSurrogate(unit))
                {
                    var rest = raw[(at + 6)..];
                    if (rest.Length < 6 || rest[0] != '\\' || rest[1] != 'u' || !char.IsLowSurrogate(HexUnit(rest, 0)))
                        return at;
                    taken = 12;
                }
            }

            var next = raw[(at + taken)..].IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + taken + next;
        }

        return -1;
    }

    /// <summary>The UTF-16 unit of the six bytes <c>\uXXXX</c> at <paramref name="at"/>.</summary>
    public static char HexUnit(ReadOnlySpan<byte> raw, int at) =>
        (char)ushort.Parse(raw.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
