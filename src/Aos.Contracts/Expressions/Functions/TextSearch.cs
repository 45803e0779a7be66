namespace Aos.Contracts.Expressions;

/// <summary>Finds text in text in time linear in both, whatever they hold.</summary>
internal static class TextSearch
{
    // Up to here the framework's search, which may look at every pair of characters, is quick even at its worst.
    private const int ShortMax = 32;

    public static bool Contains(string text, string part)
    {
        if (part.Length <= ShortMax || part.Length > text.Length) return text.Contains(part, StringComparison.Ordinal);

        // Knuth, Morris and Pratt: after a mismatch go on with the longest border of what matched so far.
        var borders = Borders(part);
        var matched = 0;
        foreach (var unit in text)
        {
            while (matched > 0 && unit != part[matched]) matched = borders[matched - 1];
            if (unit == part[matched]) matched++;
            if (matched == part.Length) return true;
        }

        return false;
    }

    private static int[] Borders(string part)
    {
        var borders = new int[part.Length];
        var matched = 0;
        for (var i = 1; i < part.Length; i++)
        {
            while (matched > 0 && part[i] != part[matched]) matched = borders[matched - 1];
            if (part[i] == part[matched]) matched++;
            borders[i] = matched;
        }

        return borders;
    }
}
