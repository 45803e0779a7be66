using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Tests.Skills.Models;

/// <summary>The real providers, asked with real keys: with <c>AOS_LIVE_TESTS=1</c> only, and for those whose key is in
/// the environment. Everything else about models is tested without.</summary>
public sealed class LiveModelTests
{
    private const string Primes = """{"type":"object","required":["prime"],"additionalProperties":false,"properties":{"prime":{"type":"integer"}}}""";

    [Theory]
    [InlineData(ModelProvider.Anthropic)]
    [InlineData(ModelProvider.Openai)]
    [InlineData(ModelProvider.Ollama)]
    public async Task A_model_answers_in_text_and_is_paid_by_what_it_counts(ModelProvider provider)
    {
        var (model, key) = Configured(provider);
        using var caller = new ModelCaller(TimeProvider.System);

        var answer = await caller.CallAsync(
            ModelHarness.Ask(model, "Answer with the one word: seven") with { MaxTokens = 200 }, key,
            TestContext.Current.CancellationToken);

        Assert.True(answer.Succeeded, $"{answer.Code}: {answer.Message} {answer.Cause}");
        Assert.Contains("seven", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.Usage is { Input: > 0, Output: > 0 }, $"{answer.Usage}");
        Assert.False(answer.IsUsageEstimated);
        Assert.Equal(model.Price!.CostOf(answer.Usage!.Value), answer.Cost);
        Assert.True(
            answer.Cost <= ModelCaller.Quote(
                ModelHarness.Ask(model, "Answer with the one word: seven") with { MaxTokens = 200 }).Worst);
    }

    [Theory]
    [InlineData(ModelProvider.Anthropic)]
    [InlineData(ModelProvider.Openai)]
    [InlineData(ModelProvider.Ollama)]
    public async Task A_model_answers_by_a_schema(ModelProvider provider)
    {
        var (model, key) = Configured(provider);
        using var caller = new ModelCaller(TimeProvider.System);

        var answer = await caller.CallAsync(ModelHarness.Ask(model, "Name a prime between 5 and 10.") with
        {
            MaxTokens = 200,
            OutputSchema = ModelHarness.Schema(Primes),
        }, key, TestContext.Current.CancellationToken);

        Assert.True(answer.Succeeded, $"{answer.Code}: {answer.Message} {answer.Cause}");
        Assert.Equal("""{"prime":7}""", answer.Json!.ToString());
    }

    [Theory]
    [InlineData(ModelProvider.Anthropic)]
    [InlineData(ModelProvider.Openai)]
    public async Task A_key_that_is_wrong_is_refused_and_costs_nothing(ModelProvider provider)
    {
        var (model, _) = Configured(provider);
        using var caller = new ModelCaller(TimeProvider.System);

        var answer = await caller.CallAsync(
            ModelHarness.Ask(model), "sk-wrong-0123456789", TestContext.Current.CancellationToken);

        Assert.Equal((ErrorCodes.Http401, Money.Zero), (answer.Code, answer.Cost));
    }

    // Skipped with its reason where there is nothing to ask.
    private static (ModelSpec Model, string? Key) Configured(ModelProvider provider)
    {
        Assert.SkipUnless(Variable("AOS_LIVE_TESTS") == "1", "Real providers are asked with AOS_LIVE_TESTS=1 only.");
        var (name, keyed, byDefault) = provider switch
        {
            ModelProvider.Anthropic => ("AOS_LIVE_ANTHROPIC_MODEL", "ANTHROPIC_API_KEY", "claude-haiku-4-5"),
            ModelProvider.Openai => ("AOS_LIVE_OPENAI_MODEL", "OPENAI_API_KEY", "gpt-4o-mini"),
            _ => ("AOS_LIVE_OLLAMA_MODEL", null, null),
        };
        var (model, key) = (Variable(name) ?? byDefault, keyed is null ? null : Variable(keyed));
        Assert.SkipWhen(keyed is not null && key is null, $"There is no {keyed} in the environment.");
        Assert.SkipWhen(
            model is null, $"There is no {name} in the environment: the name of a model that an Ollama here has.");
        var spec = new ModelSpec { Provider = provider, Model = model! };
        return (keyed is null ? spec with { Price = ModelHarness.Price } : PriceTable.BuiltIn.Pin(spec), key);
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
