using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Values;

namespace Aos.Runtime.Journals;

/// <summary>The members of an event, one after the other: ask for the next by its name, then take its value.</summary>
internal ref struct EventMembers(ReadOnlySpan<byte> line)
{
    private readonly ReadOnlySpan<byte> _line = line;
    private Utf8JsonReader _reader = new(line, new JsonReaderOptions { MaxDepth = 512 });
    private bool _isOther;

    /// <summary>The events that are read by hand.</summary>
    public enum HotType
    {
        /// <summary>Another event.</summary>
        Other,

        /// <summary>An attempt started.</summary>
        AttemptStarted,

        /// <summary>An attempt came back.</summary>
        AttemptReturned,

        /// <summary>A step ended.</summary>
        StepEnded,
    }

    /// <summary>Which event it is, once it has begun.</summary>
    public HotType Type { get; private set; }

    /// <summary>Whether every member was asked for, all that were needed were there, and nothing follows.</summary>
    public bool IsComplete => !_isOther && _reader.TokenType == JsonTokenType.EndObject && !_reader.Read();

    /// <summary>Reads the type; false where it is none of those that are read by hand.</summary>
    public bool TryBegin()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject || !_reader.Read() || !Has("type"u8))
            return false;
        Type = _reader.ValueTextEquals("attempt_started"u8) ? HotType.AttemptStarted
            : _reader.ValueTextEquals("attempt_returned"u8) ? HotType.AttemptReturned
            : _reader.ValueTextEquals("step_ended"u8) ? HotType.StepEnded
            : HotType.Other;
        return Type != HotType.Other && _reader.Read();
    }

    /// <summary>Whether the member comes next; its value can then be taken.</summary>
    public bool Has(ReadOnlySpan<byte> name) =>
        _reader.TokenType == JsonTokenType.PropertyName && _reader.ValueTextEquals(name) && _reader.Read();

    /// <summary>The same for a member without which this is no event to read by hand.</summary>
    public bool Needs(ReadOnlySpan<byte> name)
    {
        var has = Has(name);
        _isOther |= !has;
        return has;
    }

    /// <summary>Whether the value is this text; only then it is taken.</summary>
    public bool Is(string text) =>
        _reader.TokenType == JsonTokenType.String && _reader.ValueTextEquals(text) && _reader.Read();

    public string Text()
    {
        var text = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : throw Unexpected();
        _reader.Read();
        return text;
    }

    public int Int32()
    {
        var number = IsNumber && _reader.TryGetInt32(out var value) ? value : throw Unexpected();
        _reader.Read();
        return number;
    }

    public long Int64()
    {
        var number = IsNumber && _reader.TryGetInt64(out var value) ? value : throw Unexpected();
        _reader.Read();
        return number;
    }

    public double Double()
    {
        var number = IsNumber && _reader.TryGetDouble(out var value) ? value : throw Unexpected();
        _reader.Read();
        return number;
    }

    public Money Cents()
    {
        var money = IsNumber && _reader.TryGetDecimal(out var cents) && Money.TryFromCents(cents, out var value)
            ? value
            : throw Unexpected();
        _reader.Read();
        return money;
    }

    public bool Boolean()
    {
        var value = _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw Unexpected(),
        };
        _reader.Read();
        return value;
    }

    public DateTimeOffset Moment()
    {
        var moment = _reader.TokenType == JsonTokenType.String && _reader.TryGetDateTimeOffset(out var at)
            ? at.ToUniversalTime()
            : throw Unexpected();
        _reader.Read();
        return moment;
    }

    /// <summary>A value of an enumeration, by its name.</summary>
    public T Name<T>() where T : struct, Enum
    {
        var names = EventNames<T>.All;
        for (var i = 0; i < names.Length && _reader.TokenType == JsonTokenType.String; i++)
            if (_reader.ValueTextEquals(names[i].EncodedUtf8Bytes))
            {
                _reader.Read();
                return System.Runtime.CompilerServices.Unsafe.BitCast<int, T>(i);
            }
        throw Unexpected();
    }

    /// <summary>A value as its text. A reference to a blob is left to the serializer.</summary>
    public Payload Payload()
    {
        var begin = (int)_reader.TokenStartIndex;
        _reader.Skip();
        var payload = Contracts.Values.Payload.FromUtf8(_line[begin..(int)_reader.BytesConsumed].ToArray());
        _isOther |= EventCodec.LooksLikeReference(payload);
        _reader.Read();
        return payload;
    }

    /// <summary>A value that the serializer reads.</summary>
    public T Value<T>()
    {
        var begin = (int)_reader.TokenStartIndex;
        _reader.Skip();
        var value = AosJson.Read<T>(_line[begin..(int)_reader.BytesConsumed]);
        _reader.Read();
        return value;
    }

    private readonly bool IsNumber => _reader.TokenType == JsonTokenType.Number;

    private static FormatException Unexpected() => new("Another value than the event has.");
}
