using System.Numerics;
using System.Text;
using Aos.Contracts.Json;

namespace Aos.Contracts.Expressions;

/// <summary>A decimal number for arithmetic, <paramref name="Coefficient"/> × 10^<paramref name="Exponent"/>, never
/// rounded but by
/// <see cref="DivideBy"/>. It is read and written within the bounds that the strict JSON reader sets by
/// default.</summary>
internal readonly record struct ExactNumber(BigInteger Coefficient, int Exponent)
{
    /// <summary>Digits that a number may have.</summary>
    public const int DigitsMax = 64;

    /// <summary>Size of the power of ten that a number may have.</summary>
    public const int ExponentMax = 999;

    // As many as IEEE 754 decimal128 holds.
    private const int QuotientDigits = 34;

    /// <summary>Reads text that may or may not be a JSON number.</summary>
    /// <returns>False when it is none, or one outside of the bounds.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out ExactNumber number)
    {
        number = default;
        var at = text.StartsWith("-"u8) ? 1 : 0;
        var whole = CountDigits(text[at..]);
        if (whole is 0 or > DigitsMax || (whole > 1 && text[at] == '0')) return false;

        Span<char> digits = stackalloc char[DigitsMax];
        var length = Encoding.ASCII.GetChars(text.Slice(at, whole), digits);
        at += whole;
        var scale = 0;
        if (at < text.Length && text[at] == '.')
        {
            scale = CountDigits(text[++at..]);
            if (scale == 0 || length + scale > DigitsMax) return false;
            length += Encoding.ASCII.GetChars(text.Slice(at, scale), digits[length..]);
            at += scale;
        }

        if (!TryReadExponent(text[at..], out var exponent)) return false;
        var coefficient = BigInteger.Parse(digits[..length]);
        number = new ExactNumber(text[0] == '-' ? -coefficient : coefficient, exponent - scale);
        return true;
    }

    public static ExactNumber operator +(ExactNumber left, ExactNumber right)
    {
        var exponent = Math.Min(left.Exponent, right.Exponent);
        return new ExactNumber(left.ScaledTo(exponent) + right.ScaledTo(exponent), exponent);
    }

    /// <summary>The quotient, rounded half to even where it has more than 34 significant digits.</summary>
    public ExactNumber DivideBy(int count)
    {
        var shift = Math.Max(0, QuotientDigits + 11 - DigitsOf(Coefficient));
        var quotient = BigInteger.DivRem(Coefficient * BigInteger.Pow(10, shift), count, out var rest);
        var excess = DigitsOf(quotient) - QuotientDigits;
        if (excess <= 0) return new ExactNumber(quotient, Exponent - shift);

        var kept = BigInteger.DivRem(quotient, BigInteger.Pow(10, excess), out var cut);
        var half = 5 * BigInteger.Pow(10, excess - 1);
        var order = BigInteger.Abs(cut).CompareTo(half);
        if (order > 0 || (order == 0 && (!rest.IsZero || !kept.IsEven))) kept += Coefficient.Sign;
        return new ExactNumber(kept, Exponent - shift + excess);
    }

    /// <summary>The largest whole number that is not larger.</summary>
    public ExactNumber Floor()
    {
        if (Exponent >= 0) return this;
        var whole = BigInteger.DivRem(Coefficient, BigInteger.Pow(10, -Exponent), out var rest);
        return new ExactNumber(rest.Sign < 0 ? whole - 1 : whole, 0);
    }

    /// <summary>The smallest whole number that is not smaller.</summary>
    public ExactNumber Ceiling()
    {
        var floor = new ExactNumber(-Coefficient, Exponent).Floor();
        return floor with { Coefficient = -floor.Coefficient };
    }

    /// <summary>Writes the number in its canonical form.</summary>
    /// <returns>False when the number is outside of the bounds.</returns>
    public bool TryFormat(out byte[] utf8)
    {
        utf8 = [];
        var digits = Coefficient.ToString();
        var magnitude = digits.Length - (digits[0] == '-' ? 1 : 0) + Exponent - 1;
        var significant = digits.AsSpan().TrimStart('-').TrimEnd('0').Length;
        if (significant > 0 && (significant > DigitsMax || Math.Abs(magnitude) > ExponentMax)) return false;

        var output = new PooledBytes(DigitsMax * 2);
        CanonicalNumber.Write(Encoding.ASCII.GetBytes($"{digits}e{Exponent}"), ref output);
        utf8 = output.Written.ToArray();
        output.Dispose();
        return true;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty) return true;
        if (text[0] is not ((byte)'e' or (byte)'E') || text.Length < 2) return false;
        var negative = text[1] == '-';
        var digits = text[(negative || text[1] == '+' ? 2 : 1)..];
        if (digits.IsEmpty || CountDigits(digits) != digits.Length) return false;
        foreach (var digit in digits) exponent = Math.Min(exponent * 10 + (digit - '0'), ExponentMax + 1);
        if (exponent > ExponentMax) return false;
        if (negative) exponent = -exponent;
        return true;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static int DigitsOf(BigInteger value) => BigInteger.Abs(value).ToString().Length;

    private BigInteger ScaledTo(int exponent) => Coefficient * BigInteger.Pow(10, Exponent - exponent);
}
