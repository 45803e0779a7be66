using Aos.Abstractions.Secrets;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Runtime.Secrets;

/// <summary>The secrets of one call: those that the contract names, those that the profile's settings for the skill
/// refer to, and keys that it names for whom it calls.</summary>
internal sealed class SecretAccess(
    SecretVault vault, ResourceContract contract, Payload? settings, IReadOnlyList<SecretName> keys)
    : ISecretResolver
{
    /// <summary>The access of a call; that to nothing where nothing is allowed.</summary>
    /// <param name="vault">Where secrets come from.</param>
    /// <param name="contract">What the run may use.</param>
    /// <param name="settings">The profile's settings for the skill.</param>
    /// <param name="keys">What else it may use.</param>
    public static ISecretResolver Of(
        SecretVault vault, ResourceContract contract, Payload? settings, IReadOnlyList<SecretName> keys) =>
        contract.Secrets.IsEmpty && keys.Count == 0 && (settings is null || !SecretReference.MayBeIn(settings))
            ? NoSecrets.Instance
            : new SecretAccess(vault, contract, settings, keys);

    /// <summary>The keys of models.</summary>
    public static IReadOnlyList<SecretName> KeysOf(ValueMap<ModelSpec> models)
    {
        if (models.IsEmpty) return [];
        var keys = new List<SecretName>();
        foreach (var model in models.Values)
            if (model.ApiKey is { } key) keys.Add(key.Secret);
        return keys;
    }

    /// <inheritdoc />
    public ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel)
    {
        if (keys.Contains(name) || IsInSettings(name)) return vault.ResolveAsync(name, [], cancel);
        var grants = contract.Secrets.Where(grant => grant.Name == name).ToList();
        if (grants.Count == 0) return new(SecretResolution.Denied(name));
        var isFree = grants.Exists(grant => grant.Host is null);
        return vault.ResolveAsync(name, isFree ? [] : ValueList.From(grants.Select(grant => grant.Host!)), cancel);
    }

    private bool IsInSettings(SecretName name) => settings is not null && SecretReference.MayBeIn(settings)
        && SecretReference.Find(settings.Element).Any(reference => reference.Name == name);
}
