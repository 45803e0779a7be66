using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>An ECMA-262 regular expression with Unicode semantics, matched anywhere in a text. Thread-safe.</summary>
internal sealed class EcmaPattern
{
    private readonly Regex _regex;

    private EcmaPattern(string source, Regex regex)
    {
        Source = source;
        _regex = regex;
    }

    public string Source { get; }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="source">The pattern, without slashes or flags.</param>
    /// <param name="timeout">For one match, where the pattern needs backtracking.</param>
    /// <param name="pattern">The result.</param>
    /// <param name="mistake">Where false: what is wrong with it.</param>
    public static bool TryCreate(
        string source, TimeSpan timeout, [NotNullWhen(true)] out EcmaPattern? pattern, [NotNullWhen(false)] out string? mistake)
    {
        pattern = null;
        if (!EcmaTranslator.TryTranslate(source, out var translated, out mistake))
            return false;
        try
        {
            pattern = new EcmaPattern(source, Compile(translated, timeout));
            return true;
        }
        catch (ArgumentException refused)
        {
            mistake = refused.Message;
            return false;
        }
    }

    /// <summary>Whether the text has a match; null where time was up.</summary>
    public bool? IsMatch(ReadOnlySpan<char> text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static Regex Compile(string translated, TimeSpan timeout)
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, timeout);
        }
        catch (NotSupportedException)
        {
            // Lookaround, back-references, or an automaton that would be too large.
            return new Regex(translated, RegexOptions.CultureInvariant, timeout);
        }
    }
}
