using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Aos.Contracts.Agents;
using Aos.Contracts.Values;

namespace Aos.Contracts.Secrets;

/// <summary>An entry of a profile's <c>secrets</c>: the name of a secret that the agent may use, and where it may be
/// sent: <c>NAME</c>, or <c>NAME@host</c> with a host as in <see cref="NetworkSpec.Allow"/>.</summary>
/// <remarks><see langword="default"/> is no grant and has a null <see cref="Value"/>.</remarks>
[JsonConverter(typeof(ScalarConverter<SecretGrant>))]
public readonly record struct SecretGrant : IScalar<SecretGrant>
{
    private SecretGrant(SecretName name, string? host) => (Name, Host) = (name, host);

    /// <inheritdoc />
    public static string Rule =>
        "the name of a secret, such as 'API_KEY', or one with the only host it is sent to, such as "
        + "'API_KEY@api.example.com'";

    /// <summary>The secret.</summary>
    public SecretName Name { get; }

    /// <summary>The only host that it is sent to, an entry as <see cref="NetworkEntry.TryParse"/> reads it; null:
    /// wherever the profile's network allows.</summary>
    public string? Host { get; }

    /// <inheritdoc />
    public string Value => Host is null ? Name.Value : $"{Name.Value}@{Host}";

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? text, out SecretGrant value)
    {
        value = default;
        if (text is null) return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (!SecretName.TryParse(at < 0 ? text : text[..at], out var name)) return false;
        var host = at < 0 ? null : text[(at + 1)..];
        if (host is not null && !NetworkEntry.TryParse(host, out _)) return false;
        value = new SecretGrant(name, host);
        return true;
    }

    /// <summary>Parses a constant.</summary>
    /// <exception cref="FormatException">The text is no grant.</exception>
    public static SecretGrant Parse(string text) => ScalarText.Require<SecretGrant>(text);

    /// <inheritdoc />
    public override string ToString() => Value ?? "";
}
