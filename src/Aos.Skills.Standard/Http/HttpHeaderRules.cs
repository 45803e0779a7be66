using System.Buffers;
using System.Collections.Frozen;

namespace Aos.Skills.Standard.Http;

/// <summary>Which header fields a caller may set, and which hold secrets.</summary>
internal static class HttpHeaderRules
{
    // RFC 9110 §5.6.2: the characters of a token.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // These frame the message or belong to the connection: a caller who sets them speaks for the transport.
    private static readonly FrozenSet<string> Refused = new[]
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "TE",
        "Trailer", "Expect",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] SecretParts =
        ["token", "secret", "key", "auth", "cookie", "password", "credential", "session", "signature"];

    /// <summary>What is wrong with a header field; null where nothing is. Never shows the value.</summary>
    public static string? Check(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters))
            return "a header name has only letters, digits and !#$%&'*+-.^_`|~";
        if (Refused.Contains(name)) return $"the header {name} is set by the transport and cannot be given";
        foreach (var c in value)
            if (c != '\t' && c is < ' ' or > '~')
                return $"the value of {name} has a character other than visible ASCII";
        return null;
    }

    /// <summary>Whether a header may hold a secret, which another origin must not see. The idempotency key names a
    /// call and opens nothing; the next origin needs it as much as the first.</summary>
    public static bool IsSecret(string name) =>
        !name.Equals(IdempotencyKey, StringComparison.OrdinalIgnoreCase)
        && Array.Exists(SecretParts, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>The header by which a server knows a repeated request
    /// (draft-ietf-httpapi-idempotency-key-header).</summary>
    public const string IdempotencyKey = "Idempotency-Key";
}
