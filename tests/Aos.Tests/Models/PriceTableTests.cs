using System.Globalization;
using System.Text.Json;
using Aos.Contracts.Models;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Models;

public sealed class PriceTableTests
{
    [Fact]
    public void The_table_that_ships_keeps_its_schema() => Assert.Empty(ContractSchemas.PriceTable.Validate(
        JsonElement.Parse(Repository.Read("src/Aos.Contracts/Models/price_table.json"))).Errors);

    [Fact]
    public void Each_price_that_ships_stands_once_with_its_source_and_a_day_that_was() =>
        Assert.All(PriceTable.BuiltIn.Models, entry =>
    {
        Assert.Single(
            PriceTable.BuiltIn.Models, other => (other.Provider, other.Model) == (entry.Provider, entry.Model));
        Assert.NotEmpty(entry.Source);
        Assert.True(DateOnly.ParseExact(entry.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture)
            <= DateOnly.ParseExact(PriceTable.BuiltIn.Version, "yyyy-MM-dd", CultureInfo.InvariantCulture));
    });

    [Theory]
    [InlineData("claude-opus-4-5", 5)]
    [InlineData("claude-opus-4-5-20251101", 5)]
    [InlineData("gpt-4o-2024-08-06", null)]
    [InlineData("claude-opus-4-5-20251399", null)]
    [InlineData("claude-opus-4-5-thinking", null)]
    [InlineData("claude-opus-4", null)]
    public void A_model_is_found_by_its_name_or_that_of_its_snapshot_and_by_no_other(string model, int? usd) =>
        Assert.Equal(
            usd is { } price ? TokenRate.FromUsd(price) : null,
            PriceTable.BuiltIn.Find(ModelProvider.Anthropic, model)?.Price.Input);

    [Fact]
    public void A_price_of_the_user_s_own_comes_before_that_of_the_table()
    {
        var above = new PriceTable { Version = "mine", Models = [Entry("gpt-4o", 1), Entry("my-model", 2)] };
        var table = PriceTable.BuiltIn.Under(above);

        Assert.Equal($"{PriceTable.BuiltIn.Version}+mine", table.Version);
        Assert.Equal(TokenRate.FromUsd(1), table.Find(ModelProvider.Openai, "gpt-4o")?.Price.Input);
        Assert.Equal(TokenRate.FromUsd(2), table.Find(ModelProvider.Openai, "my-model")?.Price.Input);
        Assert.Equal(TokenRate.FromUsd(0.15m), table.Find(ModelProvider.Openai, "gpt-4o-mini")?.Price.Input);
    }

    [Fact]
    public void A_pinned_model_has_its_price_its_limits_and_where_they_are_from()
    {
        var pinned = PriceTable.BuiltIn.Pin(new ModelSpec { Provider = ModelProvider.Openai, Model = "gpt-4o" });
        Assert.Equal((TokenRate.FromUsd(2.5m), 128_000, 16_384, PriceTable.BuiltIn.Version),
            (pinned.Price!.Input, pinned.ContextTokens!.Value, pinned.MaxOutputTokens!.Value, pinned.PriceTable));

        var own = PriceTable.BuiltIn.Pin(
            new ModelSpec
            {
                Provider = ModelProvider.Openai,
                Model = "gpt-4o",
                Price = Entry("x", 9).Price,
                ContextTokens = 10
            });
        Assert.Equal((TokenRate.FromUsd(9), 10, null), (own.Price!.Input, own.ContextTokens!.Value, own.PriceTable));

        Assert.Null(
            PriceTable.BuiltIn.Pin(new ModelSpec { Provider = ModelProvider.Openai, Model = "nobody-knows" }).Price);
        Assert.Equal(
            TokenRate.FromUsd(0),
            PriceTable.BuiltIn.Pin(new ModelSpec { Provider = ModelProvider.Ollama, Model = "any" }).Price!.Input);
    }

    private static PriceEntry Entry(string model, int usd) => new()
    {
        Provider = ModelProvider.Openai,
        Model = model,
        Price = new ModelPrice { Input = TokenRate.FromUsd(usd), Output = TokenRate.FromUsd(usd) },
        Source = "the contract",
        Date = "2026-01-31",
    };
}
