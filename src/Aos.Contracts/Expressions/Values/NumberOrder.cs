using System.Buffers.Text;

namespace Aos.Contracts.Expressions;

/// <summary>Orders JSON numbers by their exact value, however many digits they have.</summary>
internal static class NumberOrder
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (TryWhole(left, out var leftWhole) && TryWhole(right, out var rightWhole))
            return leftWhole.CompareTo(rightWhole);

        var a = new Digits(left);
        var b = new Digits(right);
        if (a.Sign != b.Sign || a.Sign == 0) return a.Sign.CompareTo(b.Sign);
        return a.Sign * CompareMagnitudes(a, b);
    }

    private static bool TryWhole(ReadOnlySpan<byte> number, out long value) =>
        Utf8Parser.TryParse(number, out value, out var used) && used == number.Length;

    private static int CompareMagnitudes(Digits a, Digits b)
    {
        if (a.Magnitude != b.Magnitude) return a.Magnitude.CompareTo(b.Magnitude);
        while (true)
        {
            var (x, y) = (a.Next(), b.Next());
            if (x != y) return x.CompareTo(y);
            if (a.AtEnd && b.AtEnd) return 0;
        }
    }

    /// <summary>The significant digits of a number, from the first that is not zero.</summary>
    private ref struct Digits
    {
        // An exponent too long to read is as good as infinite: no document is long enough to make up for it.
        private const long ExponentMax = 1_000_000_000_000_000;

        private readonly ReadOnlySpan<byte> _mantissa;
        private int _next;

        public Digits(ReadOnlySpan<byte> number)
        {
            var negative = number[0] == '-';
            if (negative) number = number[1..];
            var e = number.IndexOfAny((byte)'e', (byte)'E');
            var exponent = e < 0 ? 0 : ReadExponent(number[(e + 1)..]);
            _mantissa = e < 0 ? number : number[..e];

            var first = _mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
            _next = first < 0 ? _mantissa.Length : first;
            Sign = first < 0 ? 0 : negative ? -1 : 1;
            var point = _mantissa.IndexOf((byte)'.');
            if (point < 0) point = _mantissa.Length;
            Magnitude = exponent + (first < point ? point - first : point - first + 1);
        }

        public int Sign { get; }

        /// <summary>The power of ten of the first significant digit, plus one.</summary>
        public long Magnitude { get; }

        public readonly bool AtEnd => _next == _mantissa.Length;

        /// <summary>The next digit; zeros without end after the last.</summary>
        public byte Next()
        {
            if (!AtEnd && _mantissa[_next] == '.') _next++;
            return AtEnd ? (byte)'0' : _mantissa[_next++];
        }

        private static long ReadExponent(ReadOnlySpan<byte> text)
        {
            var negative = text[0] == '-';
            if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
            long exponent = 0;
            foreach (var digit in text) exponent = Math.Min(exponent * 10 + (digit - '0'), ExponentMax);
            return negative ? -exponent : exponent;
        }
    }
}
