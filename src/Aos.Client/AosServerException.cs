using Aos.Contracts.Outcomes;

namespace Aos.Client;

/// <summary>Ends an enumeration whose rest cannot be had.</summary>
/// <param name="outcome">Why: as the calls give it.</param>
public sealed class AosServerException(StructuredOutcome outcome) : Exception(outcome.Message)
{
    /// <summary>Why.</summary>
    public StructuredOutcome Outcome { get; } = outcome;
}
