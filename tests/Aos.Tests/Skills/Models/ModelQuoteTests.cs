using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Tests.Skills.Models;

public sealed class ModelQuoteTests
{
    private static readonly ModelSpec Exact = new()
    {
        Provider = ModelProvider.Openai,
        Model = "gpt-test",
        Price = ModelHarness.Price,
        ContextTokens = 1_000,
        MaxOutputTokens = 200,
    };

    [Fact]
    public void A_model_without_a_price_is_not_called()
    {
        var quote = ModelCaller.Quote(ModelHarness.Ask(Exact with { Price = null }));

        Assert.Equal(ErrorCodes.PriceUnknown, quote.Code);
        Assert.Contains("gpt-test", quote.Message!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_case_has_every_token_in_its_dearest_class()
    {
        // "Hello world" has two tokens by o200k; ten are reckoned around a message.
        var quote = ModelCaller.Quote(ModelHarness.Ask(Exact, "Hello world") with { MaxTokens = 100 });

        Assert.Equal((ErrorCodes.Ok, 12, 100), (quote.Code, quote.InputTokens, quote.MaxTokens));
        // 12 × 1.25 (written to a cache) + 100 × 7 (reasoning) millionths of a dollar.
        Assert.Equal(new Money(715_000), quote.Worst);
        Assert.True(quote.Expected < quote.Worst);
    }

    [Fact]
    public void A_request_that_is_too_long_says_how_long_it_is()
    {
        var quote = ModelCaller.Quote(
            ModelHarness.Ask(Exact, string.Join(' ', Enumerable.Repeat("word", 900))) with { MaxTokens = 150 });

        Assert.Equal(ErrorCodes.ContextTooLong, quote.Code);
        Assert.Contains("900", quote.Message!, StringComparison.Ordinal);
        Assert.Contains("1000", quote.Message!, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_takes_what_the_context_leaves_where_nobody_says_how_long_it_may_be() =>
        Assert.Equal(
            90, ModelCaller.Quote(ModelHarness.Ask(Exact, string.Join(' ', Enumerable.Repeat("word", 900)))).MaxTokens);

    [Fact]
    public void An_answer_cannot_be_longer_than_the_model_makes_them() =>
        Assert.Equal(ErrorCodes.InvalidInput, ModelCaller.Quote(ModelHarness.Ask(Exact) with { MaxTokens = 201 }).Code);

    [Fact]
    public void Where_the_tokenizer_is_not_known_half_as_many_tokens_again_are_held()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 300));
        var count = TokenCounter.Count(Exact with { Provider = ModelProvider.Anthropic }, text);

        Assert.Equal(new TokenCount(300, Math.Max(450, 1499 / 3)), count);
        Assert.Equal(new TokenCount(300, 300), TokenCounter.Count(Exact, text));
    }

    [Fact]
    public void A_text_that_tokenizers_choke_on_is_counted_in_pieces()
    {
        // Whole, these 200,000 letters take the tokenizer more than ten seconds; cut, they only count as somewhat more.
        var count = TokenCounter.Count(Exact, new string('a', 200_000));

        Assert.InRange(count.Likely, 25_000, 26_000);
    }

    [Fact]
    public void Surrogate_pairs_are_not_cut() =>
        Assert.Equal(
            TokenCounter.Count(Exact, "😀").Likely * 1_000,
            TokenCounter.Count(Exact, string.Concat(Enumerable.Repeat("a😀", 1_000))).Likely - 1_000, 1_000d);
}
