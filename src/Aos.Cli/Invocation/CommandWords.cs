using System.Text;

namespace Aos.Cli.Invocation;

/// <summary>A command line in one text, as words: quotes and backslashes as in a POSIX shell, and nothing else of
/// one.</summary>
internal static class CommandWords
{
    /// <summary>The words.</summary>
    /// <exception cref="Refusal">A quote is not closed, or there is no word.</exception>
    public static IReadOnlyList<string> Split(string text, string option)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote is null && char.IsWhiteSpace(c))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new StringBuilder();
            if (c == '\\' && quote != '\'' && i + 1 < text.Length && (quote is null || text[i + 1] is '"' or '\\'))
                word.Append(text[++i]);
            else if (c == quote) quote = null;
            else if (quote is null && c is '\'' or '"' && quote is null) quote = c;
            else word.Append(c);
        }
        if (quote is not null) throw Refusal.Argument($"{option} has a quote {quote} that is not closed.");
        if (word is not null) words.Add(word.ToString());
        return words.Count > 0 ? words : throw Refusal.Argument($"{option} needs a command; an empty text is none.");
    }
}
