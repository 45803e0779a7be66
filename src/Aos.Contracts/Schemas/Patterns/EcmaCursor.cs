using System.Globalization;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>A place in a pattern, and the first mistake found.</summary>
internal sealed class EcmaCursor(string source)
{
    public int At { get; private set; }

    public string? Mistake { get; private set; }

    public bool IsAtEnd => At >= source.Length;

    public char Current => source[At];

    /// <summary>The unit after the current one; NUL at the end.</summary>
    public char Next => At + 1 < source.Length ? source[At + 1] : '\0';

    /// <summary>Notes a mistake; always false.</summary>
    public bool Fail(string mistake)
    {
        Mistake ??= mistake;
        return false;
    }

    public void Skip(int count) => At += count;

    public void SkipPast(char mark) => At = source.IndexOf(mark, At) + 1;

    public bool TryTake(string text)
    {
        if (string.CompareOrdinal(source, At, text, 0, text.Length) != 0)
            return false;
        At += text.Length;
        return true;
    }

    public bool TryTakeAny(string[] texts, out string? taken)
    {
        taken = Array.Find(texts, TryTake);
        return taken is not null;
    }

    public int ReadCodePoint()
    {
        var isPair = char.IsHighSurrogate(Current) && char.IsLowSurrogate(Next);
        var codePoint = isPair ? char.ConvertToUtf32(Current, Next) : Current;
        At += isPair ? 2 : 1;
        return codePoint;
    }

    /// <summary>Takes up to <paramref name="countMax"/> hexadecimal digits, and at least <paramref name="countMin"/>.
    /// </summary>
    public bool TryReadHex(int countMin, int countMax, out int value)
    {
        var end = At;
        while (end < source.Length && end - At < countMax && char.IsAsciiHexDigit(source[end]))
            end++;
        value = 0;
        if (end - At < countMin)
            return false;
        value = int.Parse(source.AsSpan(At, end - At), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        At = end;
        return true;
    }

    public string ReadWhile(Func<char, bool> belongs)
    {
        var start = At;
        while (!IsAtEnd && belongs(Current))
            At++;
        return source[start..At];
    }

    /// <summary>The quantifier that stands here, not taken; null where there is none.</summary>
    public Quantifier? PeekQuantifier()
    {
        if (IsAtEnd)
            return null;
        if (Current is '*' or '+' or '?')
            return new Quantifier(Current.ToString(), 1, 0, 0);
        if (Current != '{')
            return null;
        var close = source.IndexOf('}', At);
        if (close < 0)
            return null;
        var bounds = source[(At + 1)..close].Split(',');
        if (bounds.Length > 2 || !IsNumber(bounds[0])
            || (bounds.Length == 2 && bounds[1].Length > 0 && !IsNumber(bounds[1])))
            return null;
        var least = Saturated(bounds[0]);
        var most = bounds.Length == 1 ? least : bounds[1].Length == 0 ? int.MaxValue : Saturated(bounds[1]);
        var text = bounds.Length == 1 ? $"{{{least}}}" : most == int.MaxValue ? $"{{{least},}}" : $"{{{least},{most}}}";
        return new Quantifier(text, close - At + 1, least, most);
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static int Saturated(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
}

/// <summary>A repetition: how .NET writes it, its length in the source, and its bounds.</summary>
internal readonly record struct Quantifier(string Text, int Length, int Least, int Most);
