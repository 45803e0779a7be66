using Aos.Contracts.Secrets;

namespace Aos.Abstractions.Secrets;

/// <summary>A place where secrets are kept: the environment, files, a vault.</summary>
/// <remarks>Asked at each call, so that a changed value holds from the next call on. Thread-safe. What it throws counts
/// as a place that cannot be read.</remarks>
public interface ISecretProvider
{
    /// <summary>Where it looks for a secret, as part of a sentence: <c>the environment variable API_KEY</c>.</summary>
    string Describe(SecretName name);

    /// <summary>Looks for a secret.</summary>
    ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel);
}

/// <summary>What a provider found: a value, nothing, or why it cannot tell.</summary>
/// <remarks>No record, so that no text of it shows the value.</remarks>
public sealed class SecretFinding
{
    private SecretFinding(string? value, string? place, string? problem) =>
        (Value, Place, Problem) = (value, place, problem);

    /// <summary>It is not there: the next provider is asked.</summary>
    public static SecretFinding None { get; } = new(null, null, null);

    /// <summary>The value; null where there is none.</summary>
    public string? Value { get; }

    /// <summary>Where it was found, as part of a sentence; null: where the provider looks.</summary>
    public string? Place { get; }

    /// <summary>Why it cannot be had although something is there; no other provider is asked then. Never shows the
    /// value.</summary>
    public string? Problem { get; }

    /// <summary>It is there.</summary>
    /// <param name="value">The secret.</param>
    /// <param name="place">Where, for a provider that looks in several places.</param>
    public static SecretFinding Of(string value, string? place = null) => new(value, place, null);

    /// <summary>Something is there that cannot be used.</summary>
    public static SecretFinding Broken(string problem) => new(null, null, problem);
}
