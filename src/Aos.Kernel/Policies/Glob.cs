namespace Aos.Kernel.Policies;

/// <summary>Patterns in which <c>*</c> stands for any characters, none included, and everything else for
/// itself.</summary>
internal static class Glob
{
    /// <summary>Whether a text fits a pattern. Takes time in proportion to the product of both lengths at
    /// most.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, resume) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                p = star + 1;
                t = ++resume;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    public static bool IsAnyMatch(IEnumerable<string> patterns, string text)
    {
        foreach (var pattern in patterns)
            if (IsMatch(pattern, text)) return true;
        return false;
    }
}
