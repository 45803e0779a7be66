namespace Aos.Contracts.Models;

/// <summary>The tokens of one call of a model. Each is counted once: the classes do not overlap.</summary>
/// <param name="UncachedInput">Input that no cache had and that was written to none.</param>
/// <param name="CachedInput">Input read from a cache.</param>
/// <param name="CacheWrite">Input written to a cache.</param>
/// <param name="PlainOutput">Output that the model did not merely think with.</param>
/// <param name="Reasoning">Output that the model thought with.</param>
public readonly record struct TokenUsage(
    long UncachedInput, long CachedInput, long CacheWrite, long PlainOutput, long Reasoning)
{
    // Far above any model, and far below where sums overflow.
    private const long TokensMax = 1_000_000_000_000;

    /// <summary>All input.</summary>
    public long Input => UncachedInput + CachedInput + CacheWrite;

    /// <summary>All output.</summary>
    public long Output => PlainOutput + Reasoning;

    /// <summary>Whether no count is negative or beyond all reason, as what a provider sends may be.</summary>
    public bool IsSound => UncachedInput is >= 0 and <= TokensMax && CachedInput is >= 0 and <= TokensMax
        && CacheWrite is >= 0 and <= TokensMax && PlainOutput is >= 0 and <= TokensMax
        && Reasoning is >= 0 and <= TokensMax;

    /// <summary>From counts in which the whole contains its parts, as most providers give them.</summary>
    /// <param name="input">All input, with what was read from and written to caches.</param>
    /// <param name="cached">Of it, read from a cache.</param>
    /// <param name="written">Of it, written to a cache.</param>
    /// <param name="output">All output, with reasoning.</param>
    /// <param name="reasoning">Of it, reasoning.</param>
    public static TokenUsage OfTotals(long input, long cached, long written, long output, long reasoning) =>
        new(unchecked(input - cached - written), cached, written, unchecked(output - reasoning), reasoning);
}
