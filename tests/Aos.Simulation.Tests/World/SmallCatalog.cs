using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Simulation.Tests.World;

/// <summary>The entries of the built-in catalog that the simulation meets, with waits that suit its short
/// runs.</summary>
internal static class SmallCatalog
{
    private static readonly string[] Met =
        ["ATTEMPT_LOST", "TIMEOUT", "RATE_LIMITED", "HTTP_503", "HTTP_500", "HTTP_504", "HTTP_404", "HTTP_400",
        "CONNECTION_REFUSED", "CONNECTION_RESET", "INTERNAL_ERROR", "INVALID_OUTPUT", "CANCELLED", "OUTCOME_UNKNOWN"];

    public static FailureCatalog Instance { get; } = BuiltInCatalog.Instance with
    {
        Version = "simulation",
        Entries = ValueList.From(
            BuiltInCatalog.Instance.Entries.Where(entry => Met.Contains(entry.Code.Value, StringComparer.Ordinal))
            .Select(
                entry => entry.Retry is { InitialMs: > 0 } rule
                    ? entry with { Retry = rule with { InitialMs = 200, MaxMs = 3_000 } } : entry)),
    };
}
