using System.Numerics;
using System.Text;

namespace Aos.Contracts.Expressions;

/// <summary>A decimal number for arithmetic, <paramref name="Coefficient"/> × 10^<paramref name="Exponent"/>, never rounded but by
/// <see cref="DivideBy"/>. It is read and written within the bounds that the strict JSON reader sets by default.</summary>
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

    /// <summary>Writes the shortest digits, laid out as ECMAScript (and so RFC 8785) lays out numbers.</summary>
    /// <returns>False when the number is outside of the bounds.</returns>
    public bool TryFormat(out byte[] utf8)
    {
        utf8 = [];
        var digits = BigInteger.Abs(Coefficient).ToString().TrimEnd('0');
        var point = DigitsOf(Coefficient) + Exponent;
        if (digits.Length > DigitsMax || Math.Abs(point - 1) > ExponentMax) return Coefficient.IsZero && Zero(out utf8);
        if (Coefficient.IsZero) return Zero(out utf8);

        var text = point switch
        {
            > 21 or < -5 => Scientific(digits, point - 1),
            <= 0 => "0." + new string('0', -point) + digits,
            _ when point >= digits.Length => digits.PadRight(point, '0'),
            _ => digits[..point] + "." + digits[point..],
        };
        utf8 = Encoding.ASCII.GetBytes(Coefficient.Sign < 0 ? "-" + text : text);
        return true;
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        return mantissa + (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent);
    }

    private static bool Zero(out byte[] utf8)
    {
        utf8 = "0"u8.ToArray();
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
