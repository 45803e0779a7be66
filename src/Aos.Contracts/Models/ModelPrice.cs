using System.Text.Json;
using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Models;

/// <summary>What the tokens of a model cost, by class.</summary>
public sealed record ModelPrice
{
    /// <summary>Dollars for a million tokens of input that no cache had.</summary>
    [JsonPropertyName("input_per_mtok_usd")]
    public required TokenRate Input { get; init; }

    /// <summary>Dollars for a million tokens of output.</summary>
    [JsonPropertyName("output_per_mtok_usd")]
    public required TokenRate Output { get; init; }

    /// <summary>Dollars for a million tokens of input read from a cache. Absent: as other input.</summary>
    [JsonPropertyName("cached_input_per_mtok_usd")]
    public TokenRate? CachedInput { get; init; }

    /// <summary>Dollars for a million tokens of input written to a cache. Absent: as other input.</summary>
    [JsonPropertyName("cache_write_per_mtok_usd")]
    public TokenRate? CacheWrite { get; init; }

    /// <summary>Dollars for a million tokens that the model thought with. Absent: as other output.</summary>
    [JsonPropertyName("reasoning_per_mtok_usd")]
    public TokenRate? Reasoning { get; init; }

    /// <summary>What a call costs: exact, and rounded up once to a whole nano-dollar.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="OverflowException">The amount is larger than <see cref="Money"/> holds.</exception>
    public Money CostOf(TokenUsage usage)
    {
        if (!usage.IsSound)
            throw new ArgumentOutOfRangeException(nameof(usage), usage, "Counts of tokens are not negative.");
        var sum = Part(usage.UncachedInput, Input)
            + Part(usage.CachedInput, CachedInput ?? Input)
            + Part(usage.CacheWrite, CacheWrite ?? Input)
            + Part(usage.PlainOutput, Output)
            + Part(usage.Reasoning, Reasoning ?? Output);
        return new Money((long)((sum + TokenRate.Tokens - 1) / TokenRate.Tokens));
    }

    /// <summary>The most that a call can cost which has so many tokens, of whatever classes.</summary>
    /// <param name="inputTokens">Tokens of input.</param>
    /// <param name="outputTokens">Tokens of output, reasoning included.</param>
    public Money WorstOf(long inputTokens, long outputTokens)
    {
        var sum = Part(inputTokens, Most(Input, CachedInput, CacheWrite))
            + Part(outputTokens, Most(Output, Reasoning, null));
        return new Money((long)((sum + TokenRate.Tokens - 1) / TokenRate.Tokens));
    }

    private static Int128 Part(long tokens, TokenRate rate) => (Int128)tokens * rate.NanoUsd;

    private static TokenRate Most(TokenRate one, TokenRate? two, TokenRate? three) =>
        new(Math.Max(one.NanoUsd, Math.Max(two?.NanoUsd ?? 0, three?.NanoUsd ?? 0)));
}

/// <summary>Nano-dollars for a million tokens. In JSON dollars for a million tokens, with at most nine
/// decimals.</summary>
/// <param name="NanoUsd">Nano-dollars for a million tokens, 0 to 10¹⁵.</param>
[JsonConverter(typeof(TokenRateConverter))]
public readonly record struct TokenRate(long NanoUsd)
{
    /// <summary>How many tokens a rate is for.</summary>
    public const int Tokens = 1_000_000;

    private const long NanoPerUsd = 1_000_000_000;
    private const long UsdMax = 1_000_000;

    /// <summary>Dollars for a million tokens, exact.</summary>
    public decimal Usd => NanoUsd / (decimal)NanoPerUsd / 1.0000000000000000000000000000m;

    /// <summary>A rate; false where it is negative, has more than nine decimals, or is above a million
    /// dollars.</summary>
    public static bool TryFromUsd(decimal usd, out TokenRate rate)
    {
        rate = default;
        if (usd is < 0 or > UsdMax) return false;
        var nano = usd * NanoPerUsd;
        if (nano != decimal.Truncate(nano)) return false;
        rate = new TokenRate((long)nano);
        return true;
    }

    /// <summary>A rate, for constants.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no exact rate.</exception>
    public static TokenRate FromUsd(decimal usd) => TryFromUsd(usd, out var rate)
        ? rate
        : throw new ArgumentOutOfRangeException(nameof(usd), usd, "Not an exact rate.");
}

internal sealed class TokenRateConverter : JsonConverter<TokenRate>
{
    public override TokenRate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var usd)
            && TokenRate.TryFromUsd(usd, out var rate)
            ? rate
            : throw new JsonException(
                "Expected dollars for a million tokens, 0 to 1,000,000, with at most nine decimals.");

    public override void Write(Utf8JsonWriter writer, TokenRate value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Usd);
}
