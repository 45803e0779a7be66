using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>A number of a schema, kept exactly, to judge numbers of instances by.</summary>
internal sealed class ExactNumber
{
    private readonly byte[] _raw;
    private readonly long? _small;

    public ExactNumber(JsonElement number)
    {
        _raw = JsonMarshal.GetRawUtf8Value(number).ToArray();
        _small = number.TryGetInt64(out var small) ? small : null;
    }

    public bool IsPositive
    {
        get
        {
            var digits = DecimalDigits.Read(_raw, new byte[_raw.Length]);
            return !digits.Digits.IsEmpty && !digits.IsNegative;
        }
    }

    /// <summary>The sign of <paramref name="instance"/> − this.</summary>
    public int CompareFrom(JsonElement instance)
    {
        if (_small is { } small && instance.TryGetInt64(out var other))
            return other.CompareTo(small);
        var raw = JsonMarshal.GetRawUtf8Value(instance);
        var length = raw.Length + _raw.Length;
        Span<byte> scratch = length <= 256 ? stackalloc byte[256] : new byte[length];
        return DecimalDigits.Compare(DecimalDigits.Read(raw, scratch), DecimalDigits.Read(_raw, scratch[raw.Length..]));
    }

    /// <summary>Whether the instance is this times an integer.</summary>
    public bool Divides(JsonElement instance)
    {
        if (_small is { } small && instance.TryGetInt64(out var other))
            return other % small == 0;
        var raw = JsonMarshal.GetRawUtf8Value(instance);
        var length = raw.Length + _raw.Length;
        Span<byte> scratch = length <= 256 ? stackalloc byte[256] : new byte[length];
        var dividend = DecimalDigits.Read(raw, scratch);
        var divisor = DecimalDigits.Read(_raw, scratch[raw.Length..]);
        if (dividend.Digits.IsEmpty)
            return true;

        // As integers times powers of ten. The dividend's integer does not end in zero, so it has no factor ten that a
        // divisor of a higher power could share; and only remainders of the power are needed, however high it is.
        var shift = dividend.Point - dividend.Digits.Length - (divisor.Point - divisor.Digits.Length);
        if (shift < 0)
            return false;
        var modulus = Integer(divisor.Digits);
        return (Integer(dividend.Digits) * BigInteger.ModPow(10, shift, modulus) % modulus).IsZero;
    }

    public override string ToString() => Encoding.ASCII.GetString(_raw);

    private static BigInteger Integer(ReadOnlySpan<byte> digits) =>
        BigInteger.Parse(Encoding.ASCII.GetString(digits), NumberStyles.None, CultureInfo.InvariantCulture);
}
