using System.Buffers;
using System.Text;

namespace Aos.Contracts.Json;

/// <summary>Strings of canonical JSON: unescaping, order and escaping, all on UTF-8.</summary>
internal static class CanonicalText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    /// <summary>Appends the text of a JSON string that is given without its quotes.</summary>
    /// <exception cref="InvalidOperationException">An escape is half a surrogate pair.</exception>
    public static void Unescape(ReadOnlySpan<byte> raw, ref PooledBytes output)
    {
        while (true)
        {
            var escape = raw.IndexOf((byte)'\\');
            if (escape < 0)
            {
                output.Add(raw);
                return;
            }

            output.Add(raw[..escape]);
            raw = raw[(escape + 1)..];
            if (raw[0] == 'u')
            {
                raw = raw[UnescapeUnits(raw, ref output)..];
                continue;
            }

            output.Add(raw[0] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'t' => (byte)'\t',
                (byte)'n' => (byte)'\n',
                (byte)'f' => (byte)'\f',
                (byte)'r' => (byte)'\r',
                var itself => itself,
            });
            raw = raw[1..];
        }
    }

    /// <summary>Orders by UTF-16 units, as RFC 8785 §3.2.3 asks.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[same]) - Rank(right[same]);
    }

    /// <summary>Appends text with RFC 8785's escapes, without quotes.</summary>
    public static void WriteEscaped(ReadOnlySpan<byte> text, ref PooledBytes output)
    {
        while (true)
        {
            var special = text.IndexOfAny(Escaped);
            if (special < 0)
            {
                output.Add(text);
                return;
            }

            output.Add(text[..special]);
            WriteEscape(text[special], ref output);
            text = text[(special + 1)..];
        }
    }

    // UTF-8 orders by code point. UTF-16 differs in one thing: surrogates (lead bytes F0 to F4) come before U+E000 to
    // U+FFFF (lead bytes EE and EF). No continuation byte is that high.
    private static int Rank(byte unit) => unit is 0xEE or 0xEF ? unit + 0x10 : unit;

    private static int UnescapeUnits(ReadOnlySpan<byte> raw, ref PooledBytes output)
    {
        var high = JsonText.HexUnit(raw, -1);
        var taken = 5;
        if (!Rune.TryCreate(high, out var rune))
        {
            var isPair = raw.Length >= 11 && raw[5] == '\\' && raw[6] == 'u'
                && Rune.TryCreate(high, JsonText.HexUnit(raw, 5), out rune);
            if (!isPair)
                throw new InvalidOperationException(
                    "A JSON string has half of a surrogate pair. Read it with StrictJson first.");
            taken = 11;
        }

        Span<byte> utf8 = stackalloc byte[4];
        output.Add(utf8[..rune.EncodeToUtf8(utf8)]);
        return taken;
    }

    private static void WriteEscape(byte unit, ref PooledBytes output)
    {
        var letter = unit switch
        {
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            (byte)'"' or (byte)'\\' => unit,
            _ => (byte)0,
        };
        output.Add((byte)'\\');
        if (letter != 0)
        {
            output.Add(letter);
            return;
        }

        output.Add("u00"u8);
        output.Add((byte)(unit < 0x10 ? '0' : '1'));
        output.Add("0123456789abcdef"u8[unit & 0xF]);
    }
}
