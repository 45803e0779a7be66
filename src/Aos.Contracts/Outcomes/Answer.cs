namespace Aos.Contracts.Outcomes;

/// <summary>A value, or the outcome that says why there is none.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Value">The value; null where there is none.</param>
/// <param name="Outcome">How the call ended.</param>
public readonly record struct Answer<T>(T? Value, StructuredOutcome Outcome) where T : class
{
    /// <summary>Whether there is a value.</summary>
    public bool Succeeded => Value is not null;
}
