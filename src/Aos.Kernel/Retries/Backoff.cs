using Aos.Contracts.Failures;

namespace Aos.Kernel.Retries;

/// <summary>Exponential backoff with full jitter. The jitter is drawn from identities, so that a replay draws the
/// same.</summary>
public static class Backoff
{
    /// <summary>The longest wait in milliseconds after so many attempts: initial × factor^(attempts − 1), at most the
    /// rule's maximum.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="attempts">Attempts made, 1 or more.</param>
    public static long Bound(RetryRule rule, int attempts)
    {
        long bound = Math.Max(0, rule.InitialMs);
        for (var i = 1; i < attempts && bound < rule.MaxMs; i++) bound *= Math.Max(1, rule.Factor);
        return Math.Clamp(bound, 0, Math.Max(0, rule.MaxMs)); // A catalog of the user's may say anything.
    }

    /// <summary>A wait from 0 to the bound, both included.</summary>
    /// <param name="bound">The longest wait.</param>
    /// <param name="draw">64 evenly distributed bits.</param>
    public static long Jitter(long bound, ulong draw) => (long)(draw % ((ulong)bound + 1));
}
