using Aos.Contracts.Failures;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Secrets;

/// <summary>Gives a skill the secrets that the agent's profile lets it use, and no others.</summary>
/// <remarks>What was resolved is removed from everything that comes back. Ask for a secret right before it is used and
/// do not keep it: its value may change. Thread-safe.</remarks>
public interface ISecretResolver
{
    /// <summary>Resolves a secret: one that the profile's <c>secrets</c> name, or that its settings for this skill
    /// refer to.</summary>
    ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel);
}

/// <summary>A resolved secret, or why there is none.</summary>
public sealed class SecretResolution
{
    private SecretResolution(SecretValue? value, ErrorCode code, string? message) =>
        (Value, Code, Message) = (value, code, message);

    /// <summary>The secret; null where it cannot be had.</summary>
    public SecretValue? Value { get; }

    /// <summary><c>OK</c>, <c>SECRET_MISSING</c> or <c>SECRET_NOT_ALLOWED</c>.</summary>
    public ErrorCode Code { get; }

    /// <summary>Which secret, where it was looked for and what to do; null where it was found.</summary>
    public string? Message { get; }

    /// <summary>It was found.</summary>
    public static SecretResolution Found(SecretValue value) => new(value, ErrorCodes.Ok, null);

    /// <summary>It is not where it was looked for.</summary>
    public static SecretResolution Missing(string message) => new(null, ErrorCodes.SecretMissing, message);

    /// <summary>The profile does not let it be used.</summary>
    public static SecretResolution Denied(SecretName name) => new(null, ErrorCodes.SecretNotAllowed,
        $"The profile does not let the agent use secret '{name}'; add '{name}' to `secrets` of the profile.");

    /// <summary>The failure of a call that needs the secret and was not made.</summary>
    /// <exception cref="InvalidOperationException">It was found.</exception>
    public Skills.SkillResult ToFailure() => Value is null
        ? Skills.SkillResult.Failure(Code, Message!, Contracts.Runs.EffectState.None)
        : throw new InvalidOperationException($"Secret {Value.Name} was found.");
}

/// <summary>Gives no secrets: what holds where a profile names none.</summary>
public sealed class NoSecrets : ISecretResolver
{
    private NoSecrets() { }

    /// <summary>The only one.</summary>
    public static NoSecrets Instance { get; } = new();

    /// <inheritdoc />
    public ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel) =>
        new(SecretResolution.Denied(name));
}
