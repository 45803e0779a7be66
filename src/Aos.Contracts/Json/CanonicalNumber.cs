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

        var number = DecimalDigits.Read(raw, raw.Length <= 128 ? stackalloc byte[128] : new byte[raw.Length]);
        if (number.Digits.IsEmpty)
        {
            output.Add((byte)'0');
            return;
        }

        if (number.IsNegative)
            output.Add((byte)'-');
        if (number.HasExactPoint)
            LayOut(number.Digits, number.Point, ref output);
        else
            LayOutHuge(number, ref output);
    }

    private static bool IsPlainInteger(ReadOnlySpan<byte> raw) =>
        raw.Length <= PlainIntegerDigits && !raw.ContainsAnyExceptInRange((byte)'0', (byte)'9');

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

    // Such an exponent is beyond every other layout: the digits that could offset it do not fit in memory.
    private static void LayOutHuge(DecimalDigits number, ref PooledBytes output)
    {
        var exponent = BigInteger.Parse(
            Encoding.ASCII.GetString(number.Exponent), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        LayOutScientific(number.Digits, exponent + number.MantissaPoint - 1, ref output);
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
