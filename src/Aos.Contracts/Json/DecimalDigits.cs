using System.Globalization;

namespace Aos.Contracts.Json;

/// <summary>The exact value of a JSON number: ±0.<see cref="Digits"/> × 10^<see cref="Point"/>. Equal values have equal
/// parts; the spans live as long as the text and the scratch they were read from.</summary>
internal readonly ref struct DecimalDigits
{
    // With up to 15 digits of exponent the point is exact in a long, whatever the length of the mantissa.
    private const int ExactExponentDigits = 15;
    private const long Beyond = 1_000_000_000_000_000_000;

    private DecimalDigits(bool isNegative, ReadOnlySpan<byte> digits, long mantissaPoint, ReadOnlySpan<byte> exponent)
    {
        IsNegative = isNegative;
        Digits = digits;
        MantissaPoint = mantissaPoint;
        Exponent = exponent;
        var magnitude = exponent.TrimStart("+-"u8).TrimStart((byte)'0');
        HasExactPoint = magnitude.Length <= ExactExponentDigits;
        var size = magnitude.IsEmpty ? 0
            : HasExactPoint ? long.Parse(magnitude, NumberStyles.None, CultureInfo.InvariantCulture)
            : Beyond;
        Point = mantissaPoint + (exponent.StartsWith("-"u8) ? -size : size);
    }

    public bool IsNegative { get; }

    /// <summary>ASCII digits without leading and trailing zeros; empty for zero.</summary>
    public ReadOnlySpan<byte> Digits { get; }

    /// <summary>The power of ten; exact if <see cref="HasExactPoint"/>, else merely beyond all exact ones.</summary>
    public long Point { get; }

    /// <summary>Whether the exponent's magnitude is below 10^15.</summary>
    public bool HasExactPoint { get; }

    /// <summary>The power of ten before <see cref="Exponent"/> is added.</summary>
    public long MantissaPoint { get; }

    /// <summary>The text after the <c>e</c>; empty if there is none.</summary>
    public ReadOnlySpan<byte> Exponent { get; }

    public bool IsInteger => Digits.Length <= Point || Digits.IsEmpty;

    /// <summary>Reads a number that follows the JSON grammar.</summary>
    /// <param name="raw">Its text.</param>
    /// <param name="scratch">At least as long as the text; takes the digits.</param>
    public static DecimalDigits Read(ReadOnlySpan<byte> raw, Span<byte> scratch)
    {
        var isNegative = raw[0] == '-';
        if (isNegative)
            raw = raw[1..];
        var mark = raw.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? raw : raw[..mark];
        var dot = mantissa.IndexOf((byte)'.');
        var whole = dot < 0 ? mantissa.Length : dot;

        mantissa[..whole].CopyTo(scratch);
        var count = whole;
        if (dot >= 0)
        {
            mantissa[(dot + 1)..].CopyTo(scratch[whole..]);
            count = mantissa.Length - 1;
        }

        var leading = scratch[..count].IndexOfAnyExcept((byte)'0');
        if (leading < 0)
            return default;
        var digits = scratch[leading..count].TrimEnd((byte)'0');
        return new DecimalDigits(isNegative, digits, whole - leading, mark < 0 ? [] : raw[(mark + 1)..]);
    }

    /// <summary>Less than, equal to or greater than zero as the left value is to the right one.</summary>
    public static int Compare(DecimalDigits left, DecimalDigits right)
    {
        var sign = left.Sign;
        if (sign != right.Sign || sign == 0)
            return sign.CompareTo(right.Sign);
        var magnitude = left.Point != right.Point
            ? left.Point.CompareTo(right.Point)
            : left.Digits.SequenceCompareTo(right.Digits);
        return sign * magnitude;
    }

    private int Sign => Digits.IsEmpty ? 0 : IsNegative ? -1 : 1;
}
