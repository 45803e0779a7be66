namespace Aos.Contracts.Json;

/// <summary>Why a document was refused, and where.</summary>
/// <param name="Code">One of <see cref="JsonProblemCodes"/>; stable.</param>
/// <param name="Pointer">RFC 6901 pointer to the value, or to the innermost container whose name could be read.</param>
/// <param name="Message">What is wrong and what to do about it. Holds member names, never string values.</param>
/// <param name="Line">Line of the first byte concerned, from 1; lines end at LF.</param>
/// <param name="Column">Code point in that line, from 1.</param>
public sealed record JsonProblem(string Code, string Pointer, string Message, int Line, int Column);

/// <summary>The codes of <see cref="JsonProblem.Code"/>.</summary>
public static class JsonProblemCodes
{
    /// <summary>The document has no value at all.</summary>
    public const string Empty = "JSON_EMPTY";

    /// <summary>The text is not RFC 8259 JSON.</summary>
    public const string Syntax = "JSON_SYNTAX";

    /// <summary>Something other than white space follows the value.</summary>
    public const string TrailingData = "JSON_TRAILING_DATA";

    /// <summary>There is a comment.</summary>
    public const string Comment = "JSON_COMMENT";

    /// <summary>The document starts with a byte order mark.</summary>
    public const string ByteOrderMark = "JSON_BYTE_ORDER_MARK";

    /// <summary>Bytes that are not UTF-8.</summary>
    public const string InvalidUtf8 = "JSON_INVALID_UTF8";

    /// <summary>An escape that is half of a surrogate pair.</summary>
    public const string LoneSurrogate = "JSON_LONE_SURROGATE";

    /// <summary>An object names a member twice, however spelled.</summary>
    public const string DuplicateKey = "JSON_DUPLICATE_KEY";

    /// <summary>More bytes than <see cref="JsonLimits.BytesMax"/>.</summary>
    public const string TooLarge = "JSON_TOO_LARGE";

    /// <summary>Deeper than <see cref="JsonLimits.DepthMax"/>.</summary>
    public const string TooDeep = "JSON_TOO_DEEP";

    /// <summary>More values than <see cref="JsonLimits.NodesMax"/>.</summary>
    public const string TooManyNodes = "JSON_TOO_MANY_NODES";

    /// <summary>A number of more digits than <see cref="JsonLimits.NumberDigitsMax"/>.</summary>
    public const string NumberTooLong = "JSON_NUMBER_TOO_LONG";

    /// <summary>A number whose exponent is beyond <see cref="JsonLimits.ExponentMax"/>.</summary>
    public const string NumberOutOfRange = "JSON_NUMBER_OUT_OF_RANGE";
}
