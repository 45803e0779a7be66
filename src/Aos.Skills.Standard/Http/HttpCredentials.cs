using System.Collections.Immutable;
using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;

namespace Aos.Skills.Standard.Http;

/// <summary>A text of the input: written out, or a reference to a secret.</summary>
/// <param name="Text">The text; null for a reference.</param>
/// <param name="Secret">The secret; null for a text.</param>
internal readonly record struct GivenText(string? Text, SecretName? Secret = null);

/// <summary>A header field of the input, or a field of a form.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct GivenHeader(string Name, GivenText Value);

/// <summary>How the caller shows who it is.</summary>
internal abstract record HttpAuth
{
    private HttpAuth() { }

    /// <summary>RFC 6750: <c>Authorization: Bearer TOKEN</c>.</summary>
    internal sealed record Bearer(GivenText Token) : HttpAuth;

    /// <summary>RFC 7617: <c>Authorization: Basic</c> with name and password.</summary>
    internal sealed record Basic(GivenText UserName, GivenText Password) : HttpAuth;

    /// <summary>A header field of the server's own, such as <c>X-Api-Key</c>.</summary>
    internal sealed record Header(string Name, string Prefix, GivenText Value) : HttpAuth;
}

/// <summary>A header field as it is sent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsSecret">Whether another origin must not see it.</param>
internal readonly record struct SentHeader(string Name, string Value, bool IsSecret);

/// <summary>What a request holds once its secrets are resolved.</summary>
/// <param name="Headers">The header fields, those of the authentication among them.</param>
/// <param name="Body">The body; null: none.</param>
/// <param name="Secrets">The secrets in both.</param>
internal sealed record HttpCredentials(
    ImmutableArray<SentHeader> Headers, SentBody? Body, ImmutableArray<SecretValue> Secrets)
{
    /// <summary>Resolves the secrets of a request.</summary>
    /// <returns>The credentials; or the failure of the call, which was not made.</returns>
    public static async ValueTask<(HttpCredentials? Credentials, SkillResult? Failure)> ResolveAsync(
        HttpCallRequest request,
        ISecretResolver secrets, CancellationToken cancel)
    {
        var resolving = new Resolving(secrets, cancel);
        var headers = ImmutableArray.CreateBuilder<SentHeader>();
        foreach (var (name, value) in request.Headers)
            headers.Add(new SentHeader(name, await resolving.TextAsync(value).ConfigureAwait(false),
                value.Secret is not null || HttpHeaderRules.IsSecret(name)));
        switch (request.Auth)
        {
            case HttpAuth.Bearer(var token):
                headers.Add(Authorization("Bearer " + await resolving.TextAsync(token).ConfigureAwait(false)));
                break;
            case HttpAuth.Basic(var user, var password):
                var pair = $"{await resolving.TextAsync(user).ConfigureAwait(false)}:{await resolving.TextAsync(password).ConfigureAwait(false)}";
                headers.Add(Authorization("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
                break;
            case HttpAuth.Header(var name, var prefix, var value):
                headers.Add(
                    new SentHeader(
                        name, prefix + await resolving.TextAsync(value).ConfigureAwait(false), IsSecret: true));
                break;
            default: break;
        }
        var body = request.Body is { } given
            ? await SentBody.OfAsync(given, resolving.TextAsync).ConfigureAwait(false) : null;
        if (resolving.Failure is { } failure) return (null, failure);
        foreach (var header in headers)
            if (HttpHeaderRules.Check(header.Name, header.Value) is { } mistake)
                return (null, Unusable(header.Name, mistake));
        return (new HttpCredentials(headers.ToImmutable(), body, resolving.Used), null);
    }

    private static SentHeader Authorization(string value) => new("Authorization", value, IsSecret: true);

    private static SkillResult Unusable(string header, string mistake) =>
        SkillResult.Failure(
            ErrorCodes.InvalidInput, $"The header {header} cannot be sent: {mistake}.", EffectState.None) with
        { Problems = [new Problem("/headers", ErrorCodes.InvalidInput, mistake)] };

    private sealed class Resolving(ISecretResolver secrets, CancellationToken cancel)
    {
        private readonly ImmutableArray<SecretValue>.Builder _used = ImmutableArray.CreateBuilder<SecretValue>();

        public SkillResult? Failure { get; private set; }

        public ImmutableArray<SecretValue> Used => _used.ToImmutable();

        public async ValueTask<string> TextAsync(GivenText given)
        {
            if (given.Secret is not { } name) return given.Text!;
            if (Failure is not null) return "";
            var resolved = await secrets.ResolveAsync(name, cancel).ConfigureAwait(false);
            if (resolved.Value is not { } value)
            {
                Failure = resolved.ToFailure();
                return "";
            }
            _used.Add(value);
            return value.Reveal();
        }
    }
}
