using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>An ECMA-262 regular expression with Unicode semantics, matched anywhere in a text. Thread-safe.</summary>
internal sealed class EcmaPattern
{
    // To build an automaton takes time about square in the character sets it tells apart: 20 ms for 50, 27 s for 1,600.
    private const int LinearSetsMax = 32;

    private readonly Regex _regex;

    private EcmaPattern(string source, Regex regex)
    {
        Source = source;
        _regex = regex;
    }

    public string Source { get; }

    /// <summary>Whether a match may take more than linear time.</summary>
    public bool IsBacktracking => !_regex.Options.HasFlag(RegexOptions.NonBacktracking);

    /// <summary>Compiles a pattern.</summary>
    /// <param name="source">The pattern, without slashes or flags.</param>
    /// <param name="timeout">For one match, where the pattern needs backtracking.</param>
    /// <param name="linearBudget">What automata may still cost; a pattern that costs more is left to
    /// backtracking.</param>
    /// <param name="pattern">The result.</param>
    /// <param name="mistake">Where false: what is wrong with it.</param>
    public static bool TryCreate(
        string source, TimeSpan timeout, ref int linearBudget, [NotNullWhen(true)] out EcmaPattern? pattern,
        [NotNullWhen(false)] out string? mistake)
    {
        pattern = null;
        if (!EcmaTranslator.TryTranslate(source, out var translated, out mistake))
            return false;
        var cost = translated.SetCount * translated.SetCount;
        var isLinear = translated.SetCount <= LinearSetsMax && cost <= linearBudget;
        if (isLinear)
            linearBudget -= cost;
        try
        {
            pattern = new EcmaPattern(source, Compile(translated.Pattern, isLinear, timeout));
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

    private static Regex Compile(string translated, bool isLinear, TimeSpan timeout)
    {
        try
        {
            if (!isLinear)
                return new Regex(translated, RegexOptions.CultureInvariant, timeout);
            // Linear time needs no clock: on a busy machine a clock would refuse what is right.
            return new Regex(
                translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            // Lookaround, back-references, or an automaton that would be too large.
            return new Regex(translated, RegexOptions.CultureInvariant, timeout);
        }
    }
}
