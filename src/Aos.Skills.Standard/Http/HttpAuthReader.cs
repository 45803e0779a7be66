using System.Collections.Immutable;
using System.Text.Json;

namespace Aos.Skills.Standard.Http;

/// <summary>Reads <c>auth</c> of the input.</summary>
/// <param name="refuse">Takes each mistake, by place.</param>
internal sealed class HttpAuthReader(Action<string, string> refuse)
{
    private static readonly Dictionary<string, string[]> Members = new(StringComparer.Ordinal)
    {
        ["bearer"] = ["token"],
        ["basic"] = ["username", "password"],
        ["header"] = ["name", "value"],
    };

    /// <summary>Reads it; null where there is none or it has mistakes.</summary>
    public HttpAuth? Read(JsonElement input, ImmutableArray<GivenHeader> headers)
    {
        if (!input.TryGetProperty("auth", out var auth) || auth.ValueKind == JsonValueKind.Null) return null;
        if (auth.ValueKind != JsonValueKind.Object || !auth.TryGetProperty("type", out var kind)
            || kind.ValueKind != JsonValueKind.String
            || !Members.TryGetValue(kind.GetString()!, out var required))
        {
            refuse("/auth/type",
                "auth has a type: bearer, basic or header. A secret in the query would show in the logs of every "
                + "server on the way, so there is no such type");
            return null;
        }
        var type = kind.GetString()!;
        foreach (var member in auth.EnumerateObject())
            if (member.Name != "type" && Array.IndexOf(required, member.Name) < 0
                && (type, member.Name) != ("header", "prefix"))
                refuse($"/auth/{member.Name}", $"auth of type {type} has no {member.Name}");
        var given = new GivenText?[required.Length];
        for (var i = 0; i < required.Length; i++)
        {
            given[i] = auth.TryGetProperty(required[i], out var value) ? HttpCallRequestReader.Given(value) : null;
            if (given[i] is null) refuse($"/auth/{required[i]}", $"auth of type {type} needs {required[i]}");
        }
        return Array.Exists(given, text => text is null)
            ? null : Make(type, auth, [.. given.Select(text => text!.Value)], headers);
    }

    private HttpAuth? Make(string type, JsonElement auth, GivenText[] given, ImmutableArray<GivenHeader> headers)
    {
        var header = type == "header" ? given[0].Text : "Authorization";
        if (header is null || HttpHeaderRules.Check(header, "") is { })
        {
            refuse("/auth/name", "the name of the header is written out: letters, digits and !#$%&'*+-.^_`|~");
            return null;
        }
        if (headers.Any(other => other.Name.Equals(header, StringComparison.OrdinalIgnoreCase)))
            refuse("/auth", $"the header {header} is given twice: in headers and by auth");
        var prefix = auth.TryGetProperty("prefix", out var before) && before.ValueKind == JsonValueKind.String
            ? before.GetString()! : "";
        return type switch
        {
            "bearer" => new HttpAuth.Bearer(given[0]),
            "basic" => Basic(given[0], given[1]),
            _ => new HttpAuth.Header(header, prefix, given[1]),
        };
    }

    // RFC 7617 §2: the name ends at the first colon.
    private HttpAuth.Basic Basic(GivenText name, GivenText password)
    {
        if (name.Text?.Contains(':', StringComparison.Ordinal) == true)
            refuse("/auth/username", "a user name has no colon");
        return new HttpAuth.Basic(name, password);
    }
}
