using Aos.Contracts.Failures;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Retries;

/// <summary>What becomes of a message to an address beyond this process after a try.</summary>
public abstract record DeliveryDecision
{
    private DeliveryDecision() { } // Closed: these are all the cases.

    /// <summary>It has arrived.</summary>
    public sealed record Arrived : DeliveryDecision;

    /// <summary>It is tried again.</summary>
    /// <param name="DelayMs">After so many milliseconds.</param>
    public sealed record Again(long DelayMs) : DeliveryDecision;

    /// <summary>It is not tried again until somebody asks for it.</summary>
    /// <param name="IsUnwanted">Whether the address wants no messages any more.</param>
    public sealed record Dead(bool IsUnwanted) : DeliveryDecision;
}

/// <summary>Decides on messages that are sent until they have arrived. Pure and total.</summary>
public static class DeliveryRetry
{
    private const int Gone = 410;

    /// <summary>The rule where nothing else is said: 12 tries, with waits of up to 5 s, 25 s, 2 min and so on to 24 h;
    /// three days on average.</summary>
    public static RetryRule Default { get; } =
        new() { MaxAttempts = 12, InitialMs = 5_000, Factor = 5, MaxMs = 24 * 60 * 60 * 1_000 };

    /// <summary>What becomes of a message.</summary>
    /// <param name="rule">How often it is tried, and how long the waits are.</param>
    /// <param name="delivery">The message and its address, from which the jitter is drawn.</param>
    /// <param name="attempts">Tries made, 1 or more.</param>
    /// <param name="status">The HTTP status of the answer; null where there was none.</param>
    /// <param name="retryAfterMs">How long the other side asked to wait; it is heard up to the rule's longest
    /// wait.</param>
    public static DeliveryDecision Decide(
        RetryRule rule, string delivery, int attempts, int? status, long? retryAfterMs)
    {
        if (status is >= 200 and < 300) return new DeliveryDecision.Arrived();
        if (status == Gone || attempts >= rule.MaxAttempts)
            return new DeliveryDecision.Dead(IsUnwanted: status == Gone);
        var bound = Backoff.Bound(rule, attempts);
        var wait = Backoff.Jitter(bound, Identity.DrawForDelivery(delivery, attempts));
        // Who asks to be asked later is heard; who asks to be asked at once is not asked more often for it.
        return new DeliveryDecision.Again(Math.Max(wait, Math.Min(retryAfterMs ?? 0, Math.Max(0, rule.MaxMs))));
    }
}
