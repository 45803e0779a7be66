using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>The result of <c>http_call</c>: what was answered, as JSON.</summary>
/// <param name="Result">The result object.</param>
/// <param name="Failure">Why the body is not what its content type says; null where it is.</param>
internal sealed record HttpAnswer(Payload Result, HttpFailure? Failure)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Builds the result.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body, decompressed; null where it could not be read.</param>
    /// <param name="limits">The limits for a JSON body.</param>
    /// <param name="authority">Whose answer it is, for messages.</param>
    public static HttpAnswer Build(HttpResponseMessage response, ReadOnlyMemory<byte>? body, HttpLimits limits,
        string authority)
    {
        var output = new ArrayBufferWriter<byte>();
        HttpFailure? failure = null;
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", (int)response.StatusCode);
            WriteHeaders(writer, response);
            if (body is not { IsEmpty: false } bytes) writer.WriteNull("body");
            else failure = WriteBody(writer, bytes, response.Content.Headers.ContentType, limits, authority);
            writer.WriteEndObject();
        }
        return new HttpAnswer(Payload.FromUtf8(output.WrittenMemory), failure);
    }

    private static void WriteHeaders(Utf8JsonWriter writer, HttpResponseMessage response)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(fields, response.Headers.NonValidated);
        Collect(fields, response.Content.Headers.NonValidated);
        writer.WriteStartObject("headers");
        foreach (var (name, value) in fields) writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void Collect(SortedDictionary<string, string> fields, HttpHeadersNonValidated headers)
    {
        foreach (var (name, values) in headers)
        {
            var key = name.ToLowerInvariant();
            // RFC 9110 §5.5: a recipient replaces what must not be in a field by spaces.
            var value =
                new string([.. string.Join(", ", values).Select(c => c != '\t' && char.IsControl(c) ? ' ' : c)]);
            fields[key] = fields.TryGetValue(key, out var before) ? $"{before}, {value}" : value;
        }
    }

    private static HttpFailure? WriteBody(Utf8JsonWriter writer, ReadOnlyMemory<byte> body,
        MediaTypeHeaderValue? contentType, HttpLimits limits, string authority)
    {
        var isJson = IsJson(contentType?.MediaType);
        var text = isJson || IsText(contentType?.MediaType) ? Decode(body, contentType?.CharSet) : null;
        if (text is null)
        {
            writer.WriteBase64String("body", body.Span);
            writer.WriteString("body_encoding", "base64");
            return isJson ? Malformed(authority, "the body is not in the character set that it names") : null;
        }
        if (!isJson)
        {
            writer.WriteString("body", text);
            return null;
        }
        var json = Encoding.UTF8.GetBytes(text);
        switch (StrictJson.Parse(
            json, JsonLimits.Default with { BytesMax = limits.BodyBytesMax, NodesMax = 1_000_000 }))
        {
            case JsonReadResult.Read:
                writer.WritePropertyName("body");
                writer.WriteRawValue(json, skipInputValidation: true);
                return null;
            case JsonReadResult.Refused refused:
                writer.WriteString("body", text);
                return Refusal(refused.Problem, authority);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static HttpFailure Refusal(JsonProblem problem, string authority) => problem.Code switch
    {
        JsonProblemCodes.TooLarge or JsonProblemCodes.TooDeep or JsonProblemCodes.TooManyNodes
            or JsonProblemCodes.NumberTooLong or JsonProblemCodes.NumberOutOfRange => new HttpFailure(
            ErrorCodes.ResponseTooLarge, $"The JSON of {authority}'s answer passes a limit.", problem.Message),
        _ => Malformed(authority, problem.Message),
    };

    private static HttpFailure Malformed(string authority, string cause) => new(ErrorCodes.ResponseInvalid,
        $"The answer of {authority} calls itself JSON but is not; its text is in the result.", cause);

    private static bool IsJson(string? mediaType) => mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    // Without a content type, valid UTF-8 is taken as text: that is what small servers send.
    private static bool IsText(string? mediaType) => mediaType?.ToLowerInvariant() is null
        or "application/xml" or "application/javascript" or "application/x-javascript" or "application/x-ndjson"
        or "application/x-www-form-urlencoded" or "application/yaml" or "application/graphql"
        || mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+xml", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+yaml", StringComparison.OrdinalIgnoreCase);

    // Null where the bytes are not of the character set, or the set is not known: then they are shown as bytes.
    private static string? Decode(ReadOnlyMemory<byte> body, string? charset)
    {
        try
        {
            var name = string.IsNullOrWhiteSpace(charset) ? "utf-8" : charset.Trim('"', ' ');
            var encoding =
                Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            var span = body.Span;
            var mark = encoding.Preamble;
            return encoding.GetString(mark.Length > 0 && span.StartsWith(mark) ? span[mark.Length..] : span);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
