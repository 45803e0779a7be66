using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>The input of <c>http_call</c>, checked and ready to be sent.</summary>
internal sealed record HttpCallRequest
{
    /// <summary>The address, with the query; no user information, no fragment.</summary>
    public required Uri Url { get; init; }

    /// <summary>The method, in capital letters.</summary>
    public required string Method { get; init; }

    /// <summary>The caller's header fields, in order, each name once.</summary>
    public required ImmutableArray<GivenHeader> Headers { get; init; }

    /// <summary>How the caller shows who it is; null: not at all.</summary>
    public HttpAuth? Auth { get; init; }

    /// <summary>The body; null: none.</summary>
    public RequestBody? Body { get; init; }

    /// <summary>How long the first byte of the answer may take; null: as long as the skill's limits say.</summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    /// <summary>Whether an answer that is kept may be given where the server says that it still holds.</summary>
    public bool Cache { get; init; }

    /// <summary>How long the call may take by its own input; null: as long as the attempt.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether a method asks the server to change something (RFC 9110 §9.2.1).</summary>
    public static bool IsUnsafe(string method) => method is not ("GET" or "HEAD" or "OPTIONS");
}

/// <summary>Reads the input of <c>http_call</c>; collects every mistake, by place. Single use.</summary>
internal sealed class HttpCallRequestReader
{
    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    private readonly List<Problem> _problems = [];

    /// <summary>The mistakes; empty where the request is good.</summary>
    public ValueList<Problem> Problems => ValueList.From(_problems);

    /// <summary>Reads an input; null where it has mistakes.</summary>
    public HttpCallRequest? Read(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            Refuse("", "the input is an object");
            return null;
        }
        var method = ReadMethod(input);
        var headers = ReadHeaders(input);
        var auth = new HttpAuthReader(Refuse).Read(input, headers);
        var body = new RequestBodyReader(Refuse).Read(input, method, headers);
        var url = ReadUrl(input);
        var timeout = ReadTimeout(input, "timeout_ms");
        var firstByte = ReadTimeout(input, "first_byte_timeout_ms");
        var cache = ReadCache(input, method);
        return _problems.Count > 0 ? null : new HttpCallRequest
        {
            Url = url!,
            Method = method,
            Headers = headers,
            Auth = auth,
            Body = body,
            Timeout = timeout,
            FirstByteTimeout = firstByte,
            Cache = cache,
        };
    }

    /// <summary>What is wrong with an address, its redirects included; null where nothing is.</summary>
    public static string? CheckUrl(Uri url) => url switch
    {
        { Scheme: not ("http" or "https") } => "only http and https addresses are called",
        { UserInfo.Length: > 0 } => "an address holds no user name or password; use the Authorization header",
        { IdnHost.Length: 0 } => "the address has no host",
        { Port: 0 } => "the address has port 0",
        _ => null,
    };

    private Uri? ReadUrl(JsonElement input)
    {
        var text = ReadString(input, "url");
        if (text is null)
        {
            if (!input.TryGetProperty("url", out _)) Refuse("/url", "url is required");
            return null;
        }
        if (text.AsSpan().ContainsAnyInRange('\0', ' ') || !Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            Refuse("/url", "url is an absolute http or https address without spaces, such as https://example.com/path");
            return null;
        }
        if (CheckUrl(url) is { } mistake)
        {
            Refuse("/url", mistake);
            return null;
        }
        return WithQuery(url, input);
    }

    private Uri WithQuery(Uri url, JsonElement input)
    {
        var query = new StringBuilder(url.Query);
        if (!input.TryGetProperty("query", out var members) || members.ValueKind == JsonValueKind.Null) return url;
        if (members.ValueKind != JsonValueKind.Object)
        {
            Refuse("/query", "query is an object");
            return url;
        }
        foreach (var member in members.EnumerateObject())
        {
            var pointer = $"/query/{Escape(member.Name)}";
            if (member.Value.ValueKind != JsonValueKind.Array) Append(query, member.Name, member.Value, pointer);
            else foreach (var item in member.Value.EnumerateArray()) Append(query, member.Name, item, pointer);
        }
        return new UriBuilder(url) { Query = query.ToString(), Fragment = "" }.Uri;
    }

    private void Append(StringBuilder query, string name, JsonElement value, string pointer)
    {
        if (value.ValueKind == JsonValueKind.Null) return;
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            Refuse(pointer, "a query value is a string, number, boolean, null (left out) or a list of those");
            return;
        }
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        query.Append(query.Length == 0 ? '?' : '&')
            .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(text));
    }

    private string ReadMethod(JsonElement input)
    {
        var method = ReadString(input, "method") ?? "GET";
        if (Array.IndexOf(Methods, method) < 0)
            Refuse("/method", $"method is one of {string.Join(", ", Methods)}, in capital letters");
        return method;
    }

    private ImmutableArray<GivenHeader> ReadHeaders(JsonElement input)
    {
        if (!input.TryGetProperty("headers", out var members) || members.ValueKind == JsonValueKind.Null) return [];
        if (members.ValueKind != JsonValueKind.Object)
        {
            Refuse("/headers", "headers is an object of strings");
            return [];
        }
        var headers = ImmutableArray.CreateBuilder<GivenHeader>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in members.EnumerateObject())
        {
            var value = Given(member.Value);
            var mistake = value is null ? "a header value is a string or a reference to a secret"
                : HttpHeaderRules.Check(member.Name, value.Value.Text ?? "")
                ?? (seen.Add(member.Name) ? null : "header names differ in more than case");
            if (mistake is not null) Refuse($"/headers/{Escape(member.Name)}", mistake);
            else headers.Add(new(member.Name, value!.Value));
        }
        return headers.DrainToImmutable();
    }

    /// <summary>A text or a reference to a secret; null where the value is neither.</summary>
    internal static GivenText? Given(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? new GivenText(value.GetString())
        : SecretReference.TryRead(value, out var name) ? new GivenText(null, name)
        : null;

    private bool ReadCache(JsonElement input, string method)
    {
        if (!input.TryGetProperty("cache", out var value)
            || value.ValueKind is JsonValueKind.Null or JsonValueKind.False) return false;
        if (value.ValueKind != JsonValueKind.True) Refuse("/cache", "cache is true or false");
        else if (method != "GET") Refuse("/cache", $"only answers to GET are kept, not to {method}");
        return true;
    }

    private TimeSpan? ReadTimeout(JsonElement input, string name)
    {
        if (!input.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var milliseconds)
            && milliseconds is >= 1 and <= HttpCallContract.TimeoutMsMax)
            return TimeSpan.FromMilliseconds(milliseconds);
        Refuse($"/{name}", $"{name} is a whole number from 1 to {HttpCallContract.TimeoutMsMax}");
        return null;
    }

    private string? ReadString(JsonElement input, string member)
    {
        if (!input.TryGetProperty(member, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Refuse($"/{member}", $"{member} is a string");
        return null;
    }

    private void Refuse(string pointer, string message) =>
        _problems.Add(new Problem(pointer, ErrorCodes.InvalidInput, message));

    private static string Escape(string name) => JsonPointer.Escape(name);
}
