using System.Security.Cryptography;
using System.Text;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>Tokens of a real issuer in this process, and of people who would like to be one.</summary>
public sealed class OidcTests : ServerTest, IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);

    private protected override ServerSettings Settings => base.Settings with
    {
        OidcAuthority = new Uri(World.Url("/issuer")),
        OidcAudience = "aos",
        OidcTenantClaim = "tenant",
    };

    public void Dispose()
    {
        _rsa.Dispose();
        _other.Dispose();
    }

    private void Publish()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
            new RsaSecurityKey(_rsa.ExportParameters(false)) { KeyId = "one" });
        World.On(
            "/issuer/.well-known/openid-configuration",
            _ => new Reply(
                200, $$"""{"issuer":"{{World.Url("/issuer")}}","jwks_uri":"{{World.Url("/issuer/keys")}}"}"""));
        World.On(
            "/issuer/keys",
            _ => new Reply(
                200, $$"""{"keys":[{"kty":"RSA","kid":"one","use":"sig","n":"{{key.N}}","e":"{{key.E}}"}]}"""));
    }

    private string Token(
        SecurityKey key, string algorithm, string? issuer = null, string audience = "aos", int minutes = 5,
        string? tenant = "local", string subject = "ada") =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? World.Url("/issuer"),
            Audience = audience,
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddMinutes(minutes),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject,
                ["roles"] = new[] { "operator", "finance" },
                ["x"] = 1
            }
            .Concat(tenant is null ? [] : [KeyValuePair.Create("tenant", (object)tenant)]).ToDictionary(),
            SigningCredentials = new SigningCredentials(key, algorithm),
        });

    private RsaSecurityKey Key(RSA rsa) => new(rsa) { KeyId = "one" };

    [Fact]
    public async Task A_token_of_the_issuer_says_who_calls_with_which_roles_and_for_which_tenant()
    {
        Publish();
        foreach (var algorithm in (string[])["RS256", "PS256"])
        {
            var caller = (await GetAsync("/v1/whoami", Token(Key(_rsa), algorithm, tenant: "acme"))).Is(200).Json;
            Assert.Equal(
                ("oidc:ada", "acme", "operator"),
                (caller.Text("subject"), caller.Text("tenant"), caller.Text("roles/0")));
            Assert.Contains("runs:write", caller.Text("permissions"), StringComparison.Ordinal);
            Assert.DoesNotContain("keys:write", caller.Text("permissions"), StringComparison.Ordinal);
        }
        (await GetAsync("/v1/whoami")).Is(200);
    }

    [Fact]
    public async Task Tokens_that_are_not_the_issuers_for_us_and_now_are_refused()
    {
        Publish();
        var good = Token(Key(_rsa), "RS256");
        var parts = good.Split('.');
        var pem = Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem());
        string[] bad =
        [
            Token(Key(_other), "RS256"), Token(Key(_rsa), "RS256", audience: "another"),
            Token(Key(_rsa), "RS256", issuer: "https://evil.example"),
            Token(Key(_rsa), "RS256", minutes: -5), Token(Key(_rsa), "RS256", tenant: null),
            Token(Key(_rsa), "RS256", tenant: "No Name"),
            Token(new SymmetricSecurityKey(pem) { KeyId = "one" }, "HS256"),
            $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.",
            $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("ada", "eve", StringComparison.Ordinal))}.{parts[2]}",
            parts[0] + "." + parts[1] + ".", "a.b.c",
        ];
        (await GetAsync("/v1/whoami", good)).Is(200);
        foreach (var token in bad) (await GetAsync("/v1/whoami", token)).Is(401);
    }

    [Fact]
    public async Task Without_the_issuer_nobody_is_let_in_by_token_and_keys_still_work()
    {
        (await GetAsync("/v1/whoami", Token(Key(_rsa), "RS256"))).Is(401);
        (await GetAsync("/v1/whoami")).Is(200);
    }
}
