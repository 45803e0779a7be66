using System.Text.Json;
using Aos.Contracts.Api;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Server.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Aos.Server.Auth;

/// <summary>Tokens of an OpenID Connect issuer, as RFC 8725 wants them checked: algorithms with public keys only, the
/// issuer's own keys, its very name, our audience, an end. Thread-safe.</summary>
internal sealed class OidcTokens
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _rules;
    private readonly ServerSettings _settings;

    public OidcTokens(ServerSettings settings, Uri authority)
    {
        _settings = settings;
        _rules = new TokenValidationParameters
        {
            // Issuer and keys come from here, and are fetched anew where a token names a key that is not known yet.
            ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = authority.Scheme == Uri.UriSchemeHttps }),
            ValidAudience = settings.OidcAudience,
            ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            ValidTypes = ["JWT", "at+jwt"],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>Whose token it is; null where it is not good.</summary>
    public async ValueTask<Caller?> FindAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _rules).ConfigureAwait(false);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject: { Length: > 0 } subject } good)
            return null;
        using var claims = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(good.EncodedPayload));
        var tenant = _settings.OidcTenantClaim is not { } claim
            ? _settings.Tenant : Texts(claims, claim) is [var one] ? one : null;
        if (!Rights.IsName(tenant)) return null;
        var roles = Texts(claims, _settings.OidcRolesClaim).Where(Rights.IsName).ToList();
        return new Caller
        {
            Subject = $"oidc:{subject}",
            Name = Texts(claims, "name") is [var name, ..] ? name : null,
            Tenant = tenant!,
            Roles = ValueList.From(roles),
            Permissions = ValueList.From(Rights.Of(roles, [])),
        };
    }

    // A claim is one text or a list of texts.
    private static List<string> Texts(JsonDocument claims, string claim) =>
        !claims.RootElement.TryGetProperty(claim, out var value) ? []
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String)
                .Select(item => item.GetString()!)]
        : [];
}
