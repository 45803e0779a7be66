using System.Text;

namespace Aos.Storage.Postgres.Schema;

/// <summary>Texts of callers as the store keeps them. PostgreSQL's text cannot hold the character NUL, so it is written
/// as <c>\0</c>, and <c>\</c> as <c>\\</c>. Half a surrogate pair, which is no character, becomes U+FFFD.</summary>
internal static class EscapedText
{
    /// <summary>A text to store.</summary>
    public static string From(string text)
    {
        // Strict encoders refuse half a pair; this is what a lenient one makes of it, as in the embedded store.
        var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return whole.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\0", @"\0", StringComparison.Ordinal);
    }

    /// <summary>A stored text.</summary>
    public static string To(string stored)
    {
        if (!stored.Contains('\\', StringComparison.Ordinal)) return stored;
        var text = new StringBuilder(stored.Length);
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i] != '\\' || i + 1 == stored.Length) text.Append(stored[i]);
            else text.Append(stored[++i] == '0' ? '\0' : stored[i]);
        }

        return text.ToString();
    }
}
