using System.Numerics;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using CsCheck;

namespace Aos.Tests.Models;

/// <summary>The arithmetic of costs, held to a second reckoning in whole numbers of any size.</summary>
public sealed class ModelPriceTests
{
    private static readonly Gen<TokenRate> Rates =
        Gen.Frequency((3, Gen.Long[0, 100_000_000_000]), (1, Gen.Long[0, 1_000_000_000_000_000]))
        .Select(nano => new TokenRate(nano));

    private static readonly Gen<TokenRate?> MaybeRates =
        Gen.Frequency((3, Rates.Select(rate => (TokenRate?)rate)), (1, Gen.Const((TokenRate?)null)));

    private static readonly Gen<ModelPrice> Prices =
        Gen.Select(Rates, Rates, MaybeRates, MaybeRates, MaybeRates).Select(
        (input, output, cached, written, reasoning) => new ModelPrice
        {
            Input = input,
            Output = output,
            CachedInput = cached,
            CacheWrite = written,
            Reasoning = reasoning,
        });

    private static readonly Gen<long> Tokens = Gen.Frequency((4, Gen.Long[0, 200_000]), (1, Gen.Long[0, 100_000_000]));

    private static readonly Gen<TokenUsage> Usages = Gen.Select(Tokens, Tokens, Tokens, Tokens, Tokens).Select(
        (input, cached, written, output, reasoning) => new TokenUsage(input, cached, written, output, reasoning));

    [Fact]
    public void A_cost_is_exact_and_rounded_up_once() => Gen.Select(Prices, Usages).Sample((price, usage) =>
    {
        var exact = (BigInteger)usage.UncachedInput * price.Input.NanoUsd
            + (BigInteger)usage.CachedInput * (price.CachedInput ?? price.Input).NanoUsd
            + (BigInteger)usage.CacheWrite * (price.CacheWrite ?? price.Input).NanoUsd
            + (BigInteger)usage.PlainOutput * price.Output.NanoUsd
            + (BigInteger)usage.Reasoning * (price.Reasoning ?? price.Output).NanoUsd;
        var million = new BigInteger(1_000_000);
        var expected = exact % million == 0 ? exact / million : exact / million + 1;
        if (expected <= long.MaxValue) Assert.Equal((long)expected, price.CostOf(usage).NanoUsd);
        else Assert.Throws<OverflowException>(() => price.CostOf(usage));
    });

    [Fact]
    public void The_worst_case_is_never_less_than_what_the_same_tokens_cost() =>
        Gen.Select(Prices, Usages).Sample((price, usage) =>
    {
        try
        {
            Assert.True(price.CostOf(usage) <= price.WorstOf(usage.Input, usage.Output));
        }
        catch (OverflowException)
        {
            // Beyond all money, and refused as such.
        }
    });

    [Fact]
    public void More_tokens_never_cost_less() =>
        Gen.Select(Prices, Usages.Where(usage => usage.Input < 1_000_000), Gen.Long[0, 1_000])
            .Sample((price, usage, more) =>
        Assert.True(price.CostOf(usage) <= price.CostOf(usage with { PlainOutput = usage.PlainOutput + more })),
            iter: 1_000);

    [Fact]
    public void One_token_of_the_cheapest_kind_is_not_free() =>
        Assert.Equal(
            new Money(1),
            new ModelPrice
            {
                Input = new TokenRate(1),
                Output = new TokenRate(0)
            }.CostOf(new TokenUsage(1, 0, 0, 0, 0)));

    [Fact]
    public void Counts_below_nothing_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ModelPrice { Input = new TokenRate(1), Output = new TokenRate(1) }
            .CostOf(TokenUsage.OfTotals(input: 5, cached: 10, written: 0, output: 1, reasoning: 0)));

    [Fact]
    public void Rates_are_read_and_written_exactly() => Gen.Long[0, 1_000_000_000_000_000].Sample(nano =>
    {
        Assert.True(TokenRate.TryFromUsd(new TokenRate(nano).Usd, out var back));
        Assert.Equal(nano, back.NanoUsd);
    });

    [Theory]
    [InlineData("-1")]
    [InlineData("0.0000000001")]
    [InlineData("1000001")]
    public void What_is_no_rate_is_refused(string usd) =>
        Assert.False(
            TokenRate.TryFromUsd(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture), out _));
}
