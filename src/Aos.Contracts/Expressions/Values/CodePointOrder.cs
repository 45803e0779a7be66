namespace Aos.Contracts.Expressions;

/// <summary>Orders text by Unicode code points. UTF-16 order differs: it puts U+10000 and above before
/// U+E000.</summary>
internal static class CodePointOrder
{
    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[same]).CompareTo(Rank(right[same]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
