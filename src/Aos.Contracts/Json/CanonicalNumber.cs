using System.Globalization;
using System.Numerics;
using System.Text;

namespace Aos.Contracts.Json;

/// <summary>Lays out the exact value of a JSON number by ECMAScript's rule (Number::toString, ECMA-262 §6.1.6.1.20).
/// </summary>
internal static class CanonicalNumber
{
    private const int PlainIntegerDigits = 15;

    /// <summary>Appends the canonical form of a number that follows the JSON grammar.</summary>
    public static void Write(ReadOnlySpan<byte> raw, ref PooledBytes output)
    {
        if (IsPlainInteger(raw))
        {
            output.Add(raw);
            return;
        }

        var isNegative = raw[0] == '-';
        if (isNegative)
            raw = raw[1..];
        var mark = raw.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? raw : raw[..mark];
        var dot = mantissa.IndexOf((byte)'.');
        var integerDigits = dot < 0 ? mantissa.Length : dot;

        var buffer = mantissa.Length <= 128 ? stackalloc byte[128] : new byte[mantissa.Length];
        mantissa[..integerDigits].CopyTo(buffer);
        var count = integerDigits;
        if (dot >= 0)
        {
            mantissa[(dot + 1)..].CopyTo(buffer[integerDigits..]);
            count = mantissa.Length - 1;
        }

        var leading = buffer[..count].IndexOfAnyExcept((byte)'0');
        if (leading < 0)
        {
            output.Add((byte)'0');
            return;
        }

        var digits = buffer[leading..count].TrimEnd((byte)'0');
        if (isNegative)
            output.Add((byte)'-');
        var point = (long)integerDigits - leading; // The value is 0.digits × 10^point.
        var exponent = mark < 0 ? [] : raw[(mark + 1)..];
        if (Magnitude(exponent).Length <= 9)
            LayOut(digits, point + Small(exponent), ref output);
        else
            LayOutHuge(digits, point, exponent, ref output);
    }

    private static bool IsPlainInteger(ReadOnlySpan<byte> raw) =>
        raw.Length <= PlainIntegerDigits && !raw.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static ReadOnlySpan<byte> Magnitude(ReadOnlySpan<byte> exponent) =>
        exponent.TrimStart("+-"u8).TrimStart((byte)'0');

    private static int Small(ReadOnlySpan<byte> exponent)
    {
        var magnitude = Magnitude(exponent);
        if (magnitude.IsEmpty)
            return 0;
        var size = int.Parse(magnitude, NumberStyles.None, CultureInfo.InvariantCulture);
        return exponent[0] == '-' ? -size : size;
    }

    private static void LayOut(ReadOnlySpan<byte> digits, long point, ref PooledBytes output)
    {
        if (digits.Length <= point && point <= 21)
        {
            output.Add(digits);
            output.Take((int)point - digits.Length).Fill((byte)'0');
        }
        else if (point is > 0 and <= 21)
        {
            output.Add(digits[..(int)point]);
            output.Add((byte)'.');
            output.Add(digits[(int)point..]);
        }
        else if (point is > -6 and <= 0)
        {
            output.Add("0."u8);
            output.Take((int)-point).Fill((byte)'0');
            output.Add(digits);
        }
        else
        {
            LayOutScientific(digits, point - 1, ref output);
        }
    }

    private static void LayOutHuge(ReadOnlySpan<byte> digits, long point, ReadOnlySpan<byte> exponent, ref PooledBytes output)
    {
        var shift = BigInteger.Parse(
            Encoding.ASCII.GetString(exponent), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var total = shift + point;
        if (total > int.MinValue && total < int.MaxValue)
            LayOut(digits, (long)total, ref output);
        else
            LayOutScientific(digits, total - 1, ref output);
    }

    private static void LayOutScientific(ReadOnlySpan<byte> digits, BigInteger exponent, ref PooledBytes output)
    {
        output.Add(digits[0]);
        if (digits.Length > 1)
        {
            output.Add((byte)'.');
            output.Add(digits[1..]);
        }

        output.Add(exponent.Sign < 0 ? "e"u8 : "e+"u8);
        output.Add(Encoding.ASCII.GetBytes(exponent.ToString(CultureInfo.InvariantCulture)));
    }
}
