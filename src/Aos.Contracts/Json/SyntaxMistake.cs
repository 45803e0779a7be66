using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>Where a text stops being JSON, in words.</summary>
internal readonly ref struct SyntaxMistake
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly int _read;
    private readonly JsonTokenType _last;
    private readonly bool? _inObject;
    private readonly bool _isNameTaken;

    /// <param name="utf8">The text.</param>
    /// <param name="read">Where its last good token ends.</param>
    /// <param name="offset">Where the reader could not go on.</param>
    /// <param name="last">The last good token.</param>
    /// <param name="inObject">Whether the innermost open container is an object or an array; null for none.</param>
    public SyntaxMistake(ReadOnlySpan<byte> utf8, int read, int offset, JsonTokenType last, bool? inObject)
    {
        _utf8 = utf8;
        (_read, _last, _inObject, _isNameTaken) = (read, last, inObject, last == JsonTokenType.PropertyName);
        // The reader takes a name with its colon and a value with what follows, so a good one may stand before the
        // mistake.
        var begun = utf8.Length - utf8[read..].TrimStart(" \t\r\n,:"u8).Length;
        var end = begun == utf8.Length ? 0 : EndOf(utf8, begun);
        if (end > read && offset >= end)
        {
            _read = end;
            _last = utf8[begun] == '"' && inObject == true && last != JsonTokenType.PropertyName
                ? JsonTokenType.PropertyName : JsonTokenType.String;
        }
        Offset = utf8[offset..].TrimStart(" \t\r\n,:"u8).IsEmpty ? utf8.Length : offset;
    }

    /// <summary>Where the mistake is: at the end, where nothing but white space and separators follows.</summary>
    public int Offset { get; }

    /// <summary>What is wrong and what to do.</summary>
    public string Message
    {
        get
        {
            // What stands between the last good token and the mistake, without the comma or colon in between.
            var begun = _utf8[Math.Min(_read, Offset)..Offset].TrimStart(" \t\r\n,:"u8);
            var token = begun.IsEmpty && Offset < _utf8.Length ? _utf8[Offset] : begun.IsEmpty ? (byte)0 : begun[0];
            if (!begun.IsEmpty && token == '"') return InString();
            if (Offset >= _utf8.Length) return $"The text ends too early: {Missing()}.";
            if (token is (byte)'-' or (byte)'+' or (byte)'.' or (>= (byte)'0' and <= (byte)'9'))
                return IsValueDue()
                    ? "This is no JSON number: digits, with no 0 before them, and perhaps a fraction and an "
                    + "exponent, as in -1.5e3." : Unexpected();
            if (token is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z'))
                return IsValueDue()
                    ? "This word is no JSON value: there are true, false and null, and text stands in double quotes."
                    : Unexpected();
            return Unexpected();
        }
    }

    private bool IsComma => _utf8[Math.Min(_read, Offset)..Offset].Contains((byte)',');

    // A name that the reader took had its colon.
    private bool IsColon => _isNameTaken || _utf8[Math.Min(_read, Offset)..Offset].Contains((byte)':');

    private string InString()
    {
        if (Offset >= _utf8.Length) return "The text ends inside of a string: its closing double quote is missing.";
        return _utf8[Offset] < 0x20
            ? "A string goes over the end of the line, or holds another control character. Close it, or write an "
                + "escape such as \\n."
            : "The string has an escape that JSON does not know; a backslash itself is written twice.";
    }

    private bool IsValueDue() => _last switch
    {
        JsonTokenType.None => true,
        JsonTokenType.PropertyName => IsColon,
        JsonTokenType.StartArray => true,
        _ => _inObject == false && IsComma,
    };

    private string Unexpected() => (IsComma, _utf8[Offset]) switch
    {
        (true, (byte)'}' or (byte)']') => $"The comma before '{(char)_utf8[Offset]}' is one too many. Remove it.",
        (_, (byte)'\'') => "Text stands in double quotes in JSON, not in single ones.",
        (_, > (byte)' ' and <= (byte)'~') => $"'{(char)_utf8[Offset]}' cannot stand here: {Missing()}.",
        _ => $"The byte 0x{_utf8[Offset]:X2} cannot stand here: {Missing()}.",
    };

    private string Missing() => _last switch
    {
        JsonTokenType.None => "a value is missing",
        JsonTokenType.PropertyName when IsColon => "the value of a member is missing",
        JsonTokenType.PropertyName => "the ':' after the name of a member is missing",
        JsonTokenType.StartObject => "a name in double quotes or '}' is missing",
        JsonTokenType.StartArray => "a value or ']' is missing",
        _ when _inObject == true =>
            IsComma ? "the name of a member in double quotes is missing" : "',' or '}' is missing",
        _ => IsComma ? "a value is missing" : "',' or ']' is missing",
    };

    // Where a whole string begins here, or a number at the end of the text: where it ends. Otherwise 0.
    private static int EndOf(ReadOnlySpan<byte> utf8, int begun)
    {
        if (utf8[begun] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
            return utf8[^1] is >= (byte)'0' and <= (byte)'9' && utf8[begun..].TrimStart("+-.eE0123456789"u8).IsEmpty
                ? utf8.Length : 0;
        if (utf8[begun] != '"') return 0;
        for (var at = begun + 1; at < utf8.Length; at++)
        {
            if (utf8[at] == '"') return at + 1;
            if (utf8[at] == '\\') at++;
        }
        return 0;
    }
}
