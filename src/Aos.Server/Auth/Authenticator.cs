using Aos.Contracts.Api;
using Aos.Contracts.Values;
using Aos.Runtime.Access;

namespace Aos.Server.Auth;

/// <summary>Says who a request comes from.</summary>
internal sealed class Authenticator(ApiKeys keys, OidcTokens? tokens)
{
    private const string Scheme = "Bearer ";

    /// <summary>Who sent the request; null where that is not known.</summary>
    public async ValueTask<Caller?> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.Headers.Authorization is not [{ } header]
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var token = header[Scheme.Length..].Trim();
        return await keys.FindAsync(token, cancel).ConfigureAwait(false) is { } key
            ? new Caller
            {
                Subject = $"key:{key.KeyId}",
                Name = key.Name,
                Tenant = key.Tenant,
                Roles = key.Roles,
                Permissions = ValueList.From(Rights.Of(key.Roles, key.Scopes)),
            }
            : tokens is not null && token.Count(c => c == '.') == 2
            ? await tokens.FindAsync(token).ConfigureAwait(false)
            : null;
    }
}
