using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Runtime.Secrets;

/// <summary>How it stands with one secret that a profile or a plan names. Never its value.</summary>
public sealed record SecretStatus
{
    /// <summary>The secret.</summary>
    public required SecretName Name { get; init; }

    /// <summary>Whether the profile lets it be used where it is used.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>The only hosts that it may be sent to; empty: wherever the profile's network allows.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>Where references to it stand: places in the profile and in the plan.</summary>
    public ValueList<string> UsedAt { get; init; }

    /// <summary>Where it was found; null where it was not.</summary>
    public string? FoundIn { get; init; }

    /// <summary>Why it cannot be used; null where it can.</summary>
    public string? Problem { get; init; }
}
