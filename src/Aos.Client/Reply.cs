using Aos.Contracts.Outcomes;

namespace Aos.Client;

/// <summary>What a server answered: a value, or the outcome that says why there is none.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Value">The value; null where there is none.</param>
/// <param name="Outcome">Why there is none: as the library gives it; <c>SERVER_UNREACHABLE</c> where no server
/// answered. Null where there is a value.</param>
public readonly record struct Reply<T>(T? Value, StructuredOutcome? Outcome) where T : class;
