using System.Security.Cryptography;
using System.Text;

namespace Aos.Runtime.Webhooks;

/// <summary>Signatures by the Standard Webhooks specification, version 1: HMAC-SHA256 over id, time and body.</summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int SecretBytes = 32;

    /// <summary>A new secret: <c>whsec_</c> and 256 bits in base64.</summary>
    public static string DrawSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The value of the field <c>webhook-signature</c> where several secrets sign: a signature of each, with
    /// spaces between, so that a receiver takes the message by any of them.</summary>
    public static string Sign(
        IEnumerable<string> secrets, string messageId, DateTimeOffset at, ReadOnlyMemory<byte> body) =>
        string.Join(' ', secrets.Select(secret => Sign(secret, messageId, at, body.Span)));

    /// <summary>The secrets that the value of a named secret holds: several where each begins with
    /// <c>whsec_</c>.</summary>
    public static IReadOnlyList<string> SecretsIn(string value)
    {
        var parts = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 && parts.All(part => part.StartsWith(Prefix, StringComparison.Ordinal))
            ? parts
            : [value];
    }

    /// <summary>The signature of one secret.</summary>
    /// <param name="secret"><c>whsec_</c> and base64; any other text counts as the bytes of its UTF-8.</param>
    /// <param name="messageId">The field <c>webhook-id</c>.</param>
    /// <param name="at">The time of the try; in the field <c>webhook-timestamp</c> as seconds since 1970.</param>
    /// <param name="body">The body, byte by byte as it is sent.</param>
    public static string Sign(string secret, string messageId, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{messageId}.{at.ToUnixTimeSeconds()}."));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    private static byte[] KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out var count)
            ? key[..count]
            : Encoding.UTF8.GetBytes(secret);
    }
}
