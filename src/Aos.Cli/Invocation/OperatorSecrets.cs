using Aos.Abstractions.Secrets;
using Aos.Contracts.Secrets;
using Aos.Runtime.Secrets;

namespace Aos.Cli.Invocation;

/// <summary>The secrets of the person at the keyboard, who may use all that are configured.</summary>
internal sealed class OperatorSecrets(string data) : ISecretResolver
{
    private readonly IReadOnlyList<ISecretProvider> _providers = SecretProviders.Standard(DataFolder.SecretsOf(data));

    public async ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel)
    {
        foreach (var provider in _providers)
        {
            var found = await provider.FindAsync(name, cancel).ConfigureAwait(false);
            if (found.Problem is { } problem)
                return SecretResolution.Missing($"Secret '{name}' cannot be used: {problem}");
            if (found.Value is { } value) return SecretResolution.Found(new SecretValue(name, value));
        }
        return SecretResolution.Missing($"Secret '{name}' is not configured. It was looked for in "
            + $"{string.Join(", ", _providers.Select(provider => provider.Describe(name)))}.");
    }
}
