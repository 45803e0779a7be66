using Aos.Abstractions.Secrets;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Runtime.Secrets;

/// <summary>The one place where secrets are resolved. Remembers every value that it gave out, so that what comes back
/// can be cleaned of it. Thread-safe.</summary>
internal sealed class SecretVault(IReadOnlyList<ISecretProvider> providers)
{
    /// <summary>The fewest characters of a secret: what comes back could not be cleaned of shorter ones without
    /// damage.</summary>
    public const int CharactersMin = 4;

    /// <summary>The most characters of a secret.</summary>
    public const int CharactersMax = 65_536;

    private readonly Lock _gate = new();
    private readonly List<(SecretName Name, string Text)> _given = [];
    private SecretRedactor? _redactor;

    /// <summary>Cleans text of every secret that was given out; null before the first.</summary>
    public SecretRedactor? Redactor => Volatile.Read(ref _redactor);

    /// <summary>Looks for a secret; the first provider that has it wins.</summary>
    /// <param name="name">Which.</param>
    /// <param name="hosts">The only hosts that it may be sent to; empty: any.</param>
    /// <param name="cancel">Ends the search.</param>
    public async ValueTask<SecretResolution> ResolveAsync(
        SecretName name, ValueList<string> hosts, CancellationToken cancel)
    {
        foreach (var provider in providers)
        {
            var found = await AskAsync(provider, name, cancel).ConfigureAwait(false);
            if (found.Problem is { } problem)
                return SecretResolution.Missing($"Secret '{name}' cannot be used: {problem}");
            if (found.Value is not { } text) continue;
            if (text.Length is < CharactersMin or > CharactersMax)
                return SecretResolution.Missing(
                    $"Secret '{name}' cannot be used: {provider.Describe(name)} has {text.Length} "
                    + $"characters, and a secret has {CharactersMin} to {CharactersMax}.");
            Remember(name, text);
            return SecretResolution.Found(new SecretValue(name, text, hosts));
        }
        return SecretResolution.Missing($"Secret '{name}' is not configured. "
            + (providers.Count == 0
                ? "There is no place to look for secrets." : $"It was looked for in {Places(name)}."));
    }

    /// <summary>Where a secret is, in words; null where it is nowhere. For a secret that resolves.</summary>
    public async ValueTask<string?> LocateAsync(SecretName name, CancellationToken cancel)
    {
        foreach (var provider in providers)
            if (await AskAsync(provider, name, cancel).ConfigureAwait(false) is { Value: not null } found)
                return found.Place ?? provider.Describe(name);
        return null;
    }

    private static async ValueTask<SecretFinding> AskAsync(
        ISecretProvider provider, SecretName name, CancellationToken cancel)
    {
        try
        {
            return await provider.FindAsync(name, cancel).ConfigureAwait(false) ?? SecretFinding.None;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Its message may hold anything, the value among it.
            return SecretFinding.Broken($"{provider.Describe(name)} could not be read ({error.GetType().Name}).");
        }
    }

    private string Places(SecretName name) => string.Join(", ", providers.Select(provider => provider.Describe(name)));

    // Grows only when a value changes: values that were given out once may come back at any time.
    private void Remember(SecretName name, string text)
    {
        lock (_gate)
        {
            if (_given.Contains((name, text))) return;
            _given.Add((name, text));
            Volatile.Write(ref _redactor, new SecretRedactor(_given));
        }
    }
}
