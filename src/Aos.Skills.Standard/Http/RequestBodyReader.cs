using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Secrets;

namespace Aos.Skills.Standard.Http;

/// <summary>Reads the body of the input: one of <c>body</c>, <c>body_base64</c>, <c>form</c> and
/// <c>multipart</c>.</summary>
/// <param name="refuse">Takes each mistake, by place.</param>
internal sealed class RequestBodyReader(Action<string, string> refuse)
{
    private static readonly string[] Kinds = ["body", "body_base64", "form", "multipart"];

    /// <summary>Reads it; null where there is none or it has mistakes.</summary>
    public RequestBody? Read(JsonElement input, string method, ImmutableArray<GivenHeader> headers)
    {
        var given = Kinds.Where(
            kind => input.TryGetProperty(kind, out var value) && value.ValueKind != JsonValueKind.Null).ToList();
        if (given.Count == 0) return null;
        if (given.Count > 1) refuse($"/{given[1]}", $"a request has one body: {given[0]} or {given[1]}");
        if (method is "GET" or "HEAD")
            refuse($"/{given[0]}", $"a {method} request has no body; put what is asked into the query, or use POST");
        if (given[0] == "multipart"
            && headers.Any(header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            refuse("/headers", "the Content-Type of multipart holds its boundary and cannot be given");
        var body = input.GetProperty(given[0]);
        return given[0] switch
        {
            "body" => Body(body),
            "body_base64" => Bytes(body, "/body_base64") is { } bytes
                ? new RequestBody.Plain(bytes, "application/octet-stream") : null,
            "form" => Form(body),
            _ => Multipart(body),
        };
    }

    private static RequestBody Body(JsonElement body) => body switch
    {
        { ValueKind: JsonValueKind.String } =>
            new RequestBody.Plain(Encoding.UTF8.GetBytes(body.GetString()!), "text/plain; charset=utf-8"),
        { ValueKind: JsonValueKind.Object }
            when body.EnumerateObject().Any(member => SecretReference.TryRead(member.Value, out _)) =>
            new RequestBody.Json(body),
        _ => new RequestBody.Plain(Encoding.UTF8.GetBytes(body.GetRawText()), "application/json"),
    };

    private RequestBody.Form? Form(JsonElement form)
    {
        if (form.ValueKind != JsonValueKind.Object)
        {
            refuse("/form", "form is an object");
            return null;
        }
        var fields = ImmutableArray.CreateBuilder<GivenHeader>();
        foreach (var member in form.EnumerateObject())
        {
            var at = $"/form/{JsonPointer.Escape(member.Name)}";
            if (member.Value.ValueKind != JsonValueKind.Array) Add(member.Name, member.Value, at);
            else foreach (var item in member.Value.EnumerateArray()) Add(member.Name, item, at);
        }
        return new RequestBody.Form(fields.ToImmutable());

        void Add(string name, JsonElement value, string at)
        {
            if (value.ValueKind == JsonValueKind.Null) return;
            if (HttpCallRequestReader.Given(value) is { } given) fields.Add(new(name, given));
            else if (value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                fields.Add(new(name, new(value.GetRawText())));
            else
                refuse(at,
                    "a field is a string, number, boolean, null (left out), a reference to a secret, or a list of "
                        + "the first three");
        }
    }

    private RequestBody.Multipart? Multipart(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            refuse("/multipart", "multipart is a list of parts");
            return null;
        }
        var parts = ImmutableArray.CreateBuilder<RequestPart>();
        foreach (var item in list.EnumerateArray())
            if (Part(item, $"/multipart/{parts.Count}") is { } part) parts.Add(part);
            else return null;
        return new RequestBody.Multipart(parts.ToImmutable());
    }

    private RequestPart? Part(JsonElement item, string at)
    {
        if (Text(item, "name") is not { Length: > 0 } name)
        {
            refuse($"{at}/name", "a part has a name");
            return null;
        }
        var type = Text(item, "content_type");
        if (type is not null && HttpHeaderRules.Check("Content-Type", type) is { } mistake)
        {
            refuse($"{at}/content_type", mistake);
            return null;
        }
        var hasValue = item.TryGetProperty("value", out var value);
        if (hasValue == item.TryGetProperty("base64", out var packed))
        {
            refuse(at, "a part has either value or base64");
            return null;
        }
        if (!hasValue)
            return Bytes(packed, $"{at}/base64") is { } bytes
                ? new RequestPart(name, Text(item, "filename"), type ?? "application/octet-stream", bytes) : null;
        return value.ValueKind == JsonValueKind.String
            ? new RequestPart(name, Text(item, "filename"), type, Encoding.UTF8.GetBytes(value.GetString()!))
            : new RequestPart(
                name, Text(item, "filename"), type ?? "application/json", Encoding.UTF8.GetBytes(value.GetRawText()));
    }

    private byte[]? Bytes(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)) return bytes;
        refuse(at, "the value is a string in base64 (RFC 4648 §4, with padding)");
        return null;
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
