using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>RFC 3492, without the <c>xn--</c> prefix.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialCodePoint = 0x80;

    public static bool TryDecode(string encoded, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var delimiter = encoded.LastIndexOf('-');
        var output = encoded[..Math.Max(delimiter, 0)].Select(unit => (int)unit).ToList();
        var codePoint = InitialCodePoint;
        var bias = InitialBias;
        long at = 0;
        for (var next = delimiter + 1; next < encoded.Length;)
        {
            if (!TryReadDelta(encoded, ref next, bias, out var delta))
                return false;
            var isFirst = at == 0;
            at += delta;
            var count = output.Count + 1;
            bias = Adapt(delta, count, isFirst);
            if (codePoint + at / count > 0x10FFFF)
                return false;
            codePoint += (int)(at / count);
            at %= count;
            if (codePoint is >= 0xD800 and <= 0xDFFF)
                return false;
            output.Insert((int)at++, codePoint);
        }

        decoded = string.Concat(output.Select(char.ConvertFromUtf32));
        return true;
    }

    public static string Encode(string text)
    {
        var input = text.EnumerateRunes().Select(rune => rune.Value).ToArray();
        var output = new StringBuilder(string.Concat(text.Where(char.IsAscii)));
        var handled = output.Length;
        var basic = handled;
        if (basic > 0)
            output.Append('-');
        long delta = 0;
        var codePoint = InitialCodePoint;
        var bias = InitialBias;
        while (handled < input.Length)
        {
            var next = input.Where(value => value >= codePoint).Min();
            delta += (long)(next - codePoint) * (handled + 1);
            codePoint = next;
            foreach (var value in input)
            {
                if (value < codePoint)
                    delta++;
                if (value != codePoint)
                    continue;
                WriteDelta(output, delta, bias);
                bias = Adapt(delta, handled + 1, isFirst: handled == basic);
                delta = 0;
                handled++;
            }

            delta++;
            codePoint++;
        }

        return output.ToString();
    }

    private static bool TryReadDelta(string encoded, ref int next, int bias, out long delta)
    {
        delta = 0;
        long weight = 1;
        for (var k = Base; ; k += Base)
        {
            if (next == encoded.Length || DigitOf(encoded[next++]) is not (>= 0 and var digit))
                return false;
            delta += digit * weight;
            var threshold = Threshold(k, bias);
            if (digit < threshold)
                return true;
            weight *= Base - threshold;
            // Beyond any code point; and it keeps the arithmetic within a long.
            if (weight > int.MaxValue)
                return false;
        }
    }

    private static void WriteDelta(StringBuilder output, long delta, int bias)
    {
        var rest = delta;
        for (var k = Base; ; k += Base)
        {
            var threshold = Threshold(k, bias);
            if (rest < threshold)
                break;
            output.Append(Digit((int)(threshold + (rest - threshold) % (Base - threshold))));
            rest = (rest - threshold) / (Base - threshold);
        }

        output.Append(Digit((int)rest));
    }

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, TMin, TMax);

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return k + (int)((Base - TMin + 1) * delta / (delta + Skew));
    }

    private static int DigitOf(char unit) => unit switch
    {
        >= 'a' and <= 'z' => unit - 'a',
        >= '0' and <= '9' => unit - '0' + 26,
        _ => -1,
    };

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);
}
