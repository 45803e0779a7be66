using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Aos.Contracts.Json;

/// <summary>One pass over the tokens that looks for what the framework's parser lets through.</summary>
internal ref struct StrictJsonScan
{
    // Up to so many plain names of an object are compared with each other; more go into a set.
    private const int FewNames = 8;

    // What larger documents needed is not kept.
    private const int SpareMax = 64;

    // Values are scanned at every call, and most are small: a thread uses its arrays again.
    [ThreadStatic]
    private static (Frame[] Frames, Range[] Names)? _spare;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly JsonLimits _limits;
    private readonly bool _isUtf8;
    private Utf8JsonReader _reader;
    private Frame[] _frames;

    // Where the few names of the open objects lie, one object's after the other's.
    private Range[] _names;
    private int _nameCount;
    private bool _hasSets;
    private int _depth;
    private int _nodes;
    private int _read;
    private JsonTokenType _last;

    public StrictJsonScan(ReadOnlySpan<byte> utf8, JsonLimits limits)
    {
        _utf8 = utf8;
        _limits = limits;
        (_frames, _names) = _spare ?? (new Frame[8], new Range[FewNames]);
        _spare = null;
        _isUtf8 = utf8.Length > limits.BytesMax || Utf8.IsValid(utf8);
        // One level more than allowed, so that too deep a document is found here, with its place.
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = limits.DepthMax + 1 });
    }

    /// <summary>Reads to the end; null if every rule is kept.</summary>
    public JsonProblem? Run()
    {
        if (_utf8.Length > _limits.BytesMax)
            return Problem(JsonProblemCodes.TooLarge, 0,
                $"The document has {_utf8.Length} bytes; at most {_limits.BytesMax} are taken. Send less.");
        if (_utf8.StartsWith(ByteOrderMark))
            return Problem(JsonProblemCodes.ByteOrderMark, 0,
                "The document starts with a byte order mark. Save it as UTF-8 without one.");
        if (_utf8.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return Problem(JsonProblemCodes.Empty, 0, "The document is empty. Send one JSON value.");

        try
        {
            while (_reader.Read())
            {
                if (Check() is { } problem)
                    return problem;
                (_read, _last) = ((int)_reader.BytesConsumed, _reader.TokenType);
            }

            return null;
        }
        catch (JsonException broken)
        {
            return GrammarProblem(broken);
        }
        finally
        {
            if (_frames.Length <= SpareMax && _names.Length <= SpareMax && !_hasSets) _spare = (_frames, _names);
        }
    }

    private JsonProblem? Check()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                return CheckName();
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _nameCount = _frames[--_depth].FirstName;
                return null;
        }

        if (_depth > 0)
            _frames[_depth - 1].Index++;
        if (++_nodes > _limits.NodesMax)
            return Problem(JsonProblemCodes.TooManyNodes, Token,
                $"The document has more than {_limits.NodesMax} values. Split it.");

        return _reader.TokenType switch
        {
            JsonTokenType.StartObject or JsonTokenType.StartArray => Enter(),
            JsonTokenType.String => CheckText("string"),
            JsonTokenType.Number => CheckNumber(),
            _ => null,
        };
    }

    private JsonProblem? Enter()
    {
        if (_depth == _limits.DepthMax)
            return Problem(JsonProblemCodes.TooDeep, Token,
                $"Objects and arrays are nested more than {_limits.DepthMax} deep. Flatten the document.");
        if (_depth == _frames.Length)
            Array.Resize(ref _frames, _depth * 2);
        _frames[_depth++] =
            new Frame { IsObject = _reader.TokenType == JsonTokenType.StartObject, Index = -1, FirstName = _nameCount };
        return null;
    }

    private JsonProblem? CheckName()
    {
        ref var frame = ref _frames[_depth - 1];
        frame.HasName = false;
        if (CheckText("member name") is { } problem)
            return problem;

        var start = Token + 1;
        frame.Name = start..(start + _reader.ValueSpan.Length);
        frame.HasName = true;
        return IsNew(ref frame)
            ? null
            : Problem(JsonProblemCodes.DuplicateKey, Token,
                $"The object has two members named {JsonText.Quote(_reader.GetString()!)}. Keep one of them.");
    }

    private bool IsNew(ref Frame frame)
    {
        if (frame.Set is null && !_reader.ValueIsEscaped && _nameCount - frame.FirstName < FewNames)
        {
            foreach (var other in _names.AsSpan(frame.FirstName, _nameCount - frame.FirstName))
                if (_utf8[other].SequenceEqual(_reader.ValueSpan))
                    return false;
            if (_nameCount == _names.Length)
                Array.Resize(ref _names, _nameCount * 2);
            _names[_nameCount++] = frame.Name;
            return true;
        }

        // HashSet<string> turns to randomised hashing when names collide, so no choice of names is slow.
        if (frame.Set is null)
        {
            frame.Set = new HashSet<string>(StringComparer.Ordinal);
            _hasSets = true;
            foreach (var plain in _names.AsSpan(frame.FirstName, _nameCount - frame.FirstName))
                frame.Set.Add(Encoding.UTF8.GetString(_utf8[plain]));
        }
        return frame.Set.Add(_reader.GetString()!);
    }

    private readonly JsonProblem? CheckText(string what)
    {
        var raw = _reader.ValueSpan;
        var start = Token + 1;
        if (!_isUtf8 && JsonText.FindInvalidUtf8(raw) is >= 0 and var bad)
            return NotUtf8(start + bad, what);
        if (_reader.ValueIsEscaped && JsonText.FindLoneSurrogate(raw) is >= 0 and var lone)
            return Problem(JsonProblemCodes.LoneSurrogate, start + lone,
                $"The {what} has the escape {Encoding.ASCII.GetString(raw.Slice(lone, 6))}, half of a surrogate pair, "
                + "which is no character. Write the whole pair, or drop it.");
        return null;
    }

    private readonly JsonProblem? CheckNumber()
    {
        var raw = _reader.ValueSpan;
        var mark = raw.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? raw : raw[..mark];
        var digits = mantissa.Length - (mantissa[0] == '-' ? 1 : 0) - (mantissa.Contains((byte)'.') ? 1 : 0);
        if (digits > _limits.NumberDigitsMax)
            return Problem(JsonProblemCodes.NumberTooLong, Token,
                $"The number has {digits} digits; at most {_limits.NumberDigitsMax} are taken. Round it.");
        if (mark < 0)
            return null;

        var exponent = raw[(mark + 1)..];
        var size = exponent.TrimStart("+-"u8).TrimStart((byte)'0');
        var power = 0;
        var fits = size.IsEmpty || (size.Length <= 5 && Utf8Parser.TryParse(size, out power, out _));
        if (exponent[0] == '-')
            power = -power;
        // As 1.5e1000 is written: whatever spelling comes in, the normal form that goes out can come in again.
        var normal = power + Math.Max(-_limits.NumberDigitsMax, LeadingPower(mantissa));
        return fits && Math.Abs(power) <= _limits.ExponentMax && Math.Abs(normal) <= _limits.ExponentMax
            ? null
            : Problem(JsonProblemCodes.NumberOutOfRange, Token,
                $"The number's exponent is beyond ±{_limits.ExponentMax}. Scale it, or send a string.");
    }

    // The power of ten of the first digit that is not 0; 0 where all are.
    private static int LeadingPower(ReadOnlySpan<byte> mantissa)
    {
        var digits = mantissa.TrimStart((byte)'-');
        var dot = digits.IndexOf((byte)'.');
        var whole = dot < 0 ? digits.Length : dot;
        var first = digits.IndexOfAnyInRange((byte)'1', (byte)'9');
        return first < 0 ? 0 : first < whole ? whole - 1 - first : whole - first;
    }

    private readonly JsonProblem GrammarProblem(JsonException broken)
    {
        var offset = OffsetOf(broken.LineNumber ?? 0, broken.BytePositionInLine ?? 0);
        if (!_isUtf8 && JsonText.FindInvalidUtf8(_utf8) is var bad && bad <= offset)
            return NotUtf8(bad, "text");
        if (offset < _utf8.Length && _utf8[offset] == '/')
            return Problem(JsonProblemCodes.Comment, offset, "JSON has no comments. Remove it.");
        if (_nodes > 0 && _depth == 0)
            return Problem(JsonProblemCodes.TrailingData, offset,
                "There is more text after the value. Send one value only.");

        var inside = _depth == 0 ? (bool?)null : _frames[_depth - 1].IsObject;
        var mistake = new SyntaxMistake(_utf8, _read, offset, _last, inside);
        return Problem(JsonProblemCodes.Syntax, mistake.Offset, mistake.Message);
    }

    private readonly JsonProblem NotUtf8(int offset, string what) => Problem(JsonProblemCodes.InvalidUtf8, offset,
        $"The {what} has the byte 0x{_utf8[offset]:X2}, which is not UTF-8 here. Encode the document as UTF-8.");

    private readonly int OffsetOf(long line, long byteInLine)
    {
        var start = 0;
        for (; line > 0; line--)
            start += _utf8[start..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(start + byteInLine, _utf8.Length);
    }

    private readonly int Token => (int)_reader.TokenStartIndex;

    private readonly JsonProblem Problem(string code, int offset, string message)
    {
        var before = _utf8[..offset];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        var column = 1;
        foreach (var unit in before[lineStart..])
            column += (unit & 0xC0) == 0x80 ? 0 : 1;
        return new JsonProblem(code, Place().ToString(), message, before.Count((byte)'\n') + 1, column);
    }

    private readonly JsonPointer Place()
    {
        var place = JsonPointer.Root;
        foreach (ref readonly var frame in _frames.AsSpan(0, _depth))
        {
            if (frame.IsObject ? !frame.HasName : frame.Index < 0)
                break;
            place = frame.IsObject ? place.Append(NameOf(frame)) : place.Append(frame.Index);
        }

        return place;
    }

    private readonly string NameOf(in Frame frame)
    {
        var quoted = _utf8[(frame.Name.Start.Value - 1)..(frame.Name.End.Value + 1)];
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }

    private struct Frame
    {
        public bool IsObject;
        public bool HasName;
        public int Index;
        public int FirstName;
        public Range Name;
        public HashSet<string>? Set;
    }
}
