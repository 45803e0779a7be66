using Aos.Abstractions.Secrets;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Models;

/// <summary>Finds the key of a model's provider.</summary>
internal static class ModelKeys
{
    /// <summary>The key; null where the model needs none. Or why the call cannot be made.</summary>
    /// <param name="model">The model.</param>
    /// <param name="secrets">What the caller may use.</param>
    /// <param name="cancel">Ends the search.</param>
    public static async ValueTask<ModelKey> FindAsync(
        ModelSpec model, ISecretResolver secrets, CancellationToken cancel)
    {
        if (model.ApiKey is not { } reference) return new ModelKey(null, ErrorCodes.Ok, null);
        var found = await secrets.ResolveAsync(reference.Secret, cancel).ConfigureAwait(false);
        if (found.Value is not { } key) return new ModelKey(null, found.Code, found.Message);
        return ModelAddress.Of(model) is not { } url || key.MayBeSentTo(url)
            ? new ModelKey(key.Reveal(), ErrorCodes.Ok, null)
            : new ModelKey(
                null, ErrorCodes.SecretNotAllowed,
                $"The profile does not let secret '{key.Name}' be sent to {url.Host}.");
    }
}

/// <summary>A key, or why there is none. No text of it shows the key.</summary>
/// <param name="key">The key; null: none is needed, or there is none.</param>
/// <param name="code"><c>OK</c>, or why the call cannot be made.</param>
/// <param name="message">Why.</param>
internal sealed class ModelKey(string? key, ErrorCode code, string? message)
{
    /// <summary>The key; null: none is needed, or there is none.</summary>
    public string? Key { get; } = key;

    /// <summary><c>OK</c>, or why the call cannot be made.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>Why it cannot be made.</summary>
    public string? Message { get; } = message;
}
