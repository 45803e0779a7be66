using System.Globalization;
using System.Text;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>A set of Unicode code points, surrogates excluded, that can be written for a regex engine that matches
/// UTF-16 units.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;
    private const int FirstAstral = 0x10000;

    private readonly List<(int First, int Last)> _ranges = [];

    public static CodePointSet Digits { get; } = Of("09");

    public static CodePointSet Word { get; } = Of("09AZ__az");

    // ECMA-262 WhiteSpace and LineTerminator; the pairs are ranges.
    public static CodePointSet Space { get; } = Of(
        "\t\r  \u00A0\u00A0\u1680\u1680\u2000\u200A\u2028\u2029\u202F\u202F\u205F\u205F\u3000\u3000\uFEFF\uFEFF");

    public static CodePointSet LineEnds { get; } = Of("\n\n\r\r\u2028\u2029");

    public void Add(int first, int last) => _ranges.Add((first, last));

    public void Add(CodePointSet other) => _ranges.AddRange(other._ranges);

    public CodePointSet Complement()
    {
        var rest = new CodePointSet();
        var next = 0;
        foreach (var (first, last) in Normalised())
        {
            if (first > next)
                rest.Add(next, first - 1);
            next = last + 1;
        }

        if (next <= Last)
            rest.Add(next, Last);
        return rest;
    }

    /// <summary>As an atom that takes one code point.</summary>
    public string ToAtom()
    {
        var (plane, pairs) = Write();
        if (pairs.Count == 0)
            return plane;
        return "(?:" + string.Join('|', plane.Length > 0 ? pairs.Prepend(plane) : pairs) + ")";
    }

    /// <summary>As a class of UTF-16 units, where it takes all surrogate pairs or none; null for other sets. Repeated
    /// without a count, it takes the same texts as the atom, and much faster.</summary>
    public string? ToUnits()
    {
        var ranges = Normalised();
        var hasAll = ranges.Count > 0 && ranges[^1].First <= FirstAstral && ranges[^1].Last == Last;
        if (!hasAll && ranges.Exists(range => range.Last >= FirstAstral))
            return null;
        if (hasAll)
            ranges.Add((0xD800, 0xDFFF));
        return Class(ranges.Where(range => range.First < FirstAstral)
            .Select(range => (range.First, Math.Min(range.Last, 0xFFFF))));
    }

    private (string Plane, List<string> Pairs) Write()
    {
        var ranges = Normalised();
        var plane = ranges.SelectMany(WithoutSurrogates).ToList();
        var pairs = ranges.Where(range => range.Last >= FirstAstral)
            .SelectMany(range => Pairs(Math.Max(range.First, FirstAstral), range.Last)).ToList();
        return (plane.Count == 0 && pairs.Count > 0 ? "" : Class(plane), pairs);
    }

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last) range)
    {
        if (range.First < 0xD800)
            yield return (range.First, Math.Min(range.Last, 0xD7FF));
        if (range.Last > 0xDFFF && range.First <= 0xFFFF)
            yield return (Math.Max(range.First, 0xE000), Math.Min(range.Last, 0xFFFF));
    }

    // Splits a range of supplementary code points where the high surrogate changes.
    private static IEnumerable<string> Pairs(int first, int last)
    {
        while (first <= last)
        {
            var isWhole = (first & 0x3FF) == 0 && last - first >= 0x3FF;
            var end = isWhole ? first + ((last - first + 1) >> 10 << 10) - 1 : Math.Min(last, first | 0x3FF);
            yield return Class([(High(first), High(end))]) + Class([(Low(first), Low(end))]);
            first = end + 1;
        }
    }

    private static int High(int codePoint) => 0xD800 + ((codePoint - FirstAstral) >> 10);

    private static int Low(int codePoint) => 0xDC00 + (codePoint & 0x3FF);

    private static string Class(IEnumerable<(int First, int Last)> ranges)
    {
        var text = new StringBuilder("[");
        foreach (var (first, last) in ranges)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}");
            if (last > first)
                text.Append(CultureInfo.InvariantCulture, $"-\\u{last:X4}");
        }

        // An empty set matches nothing, which .NET cannot say with an empty class.
        return text.Length == 1 ? @"[^\u0000-\uFFFF]" : text.Append(']').ToString();
    }

    private List<(int First, int Last)> Normalised()
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in _ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }

        return merged;
    }

    private static CodePointSet Of(string pairs)
    {
        var set = new CodePointSet();
        for (var at = 0; at < pairs.Length; at += 2)
            set.Add(pairs[at], pairs[at + 1]);
        return set;
    }
}
