using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Tests.Skills.Models;

public sealed class ScriptedModelTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private ModelRequest Ask(string prompt, int attempt = 1) => ModelHarness.Ask(new ModelSpec
    {
        Provider = ModelProvider.Scripted,
        Model = "demo",
        Script = _file,
        Price = ModelHarness.Price,
    }, prompt) with
    { Attempt = attempt };

    [Fact]
    public async Task The_first_answer_that_fits_is_given_and_says_that_it_is_of_a_script()
    {
        var answer =
            await CallAsync("""{"answers":[{"match":"cities?","text":"Oslo"},{"match":"PRIME","text":"7","input_tokens":100,"output_tokens":10}]}""", Ask("Name a prime."));

        Assert.Equal((ErrorCodes.Ok, "7", "scripted/demo"), (answer.Code, answer.Text, answer.Model));
        Assert.Equal(new Money(150_000), answer.Cost);
    }

    [Fact]
    public async Task Answers_may_depend_on_the_attempt_and_failures_are_answers_too()
    {
        const string script =
            """{"answers":[{"attempt":1,"fail":"MODEL_OVERLOADED","retry_after_ms":50},{"json":{"prime":7}}]}""";

        var first = await CallAsync(script, Ask("x"));
        var second = await CallAsync(script, Ask("x", attempt: 2));

        Assert.Equal(
            (ErrorCodes.ModelOverloaded, TimeSpan.FromMilliseconds(50), Money.Zero),
            (first.Code, first.RetryAfter, first.Cost));
        Assert.Equal("""{"prime":7}""", second.Text);
    }

    [Theory]
    [InlineData("""{"answers":[{"match":"cities","text":"Oslo"}]}""")]
    [InlineData("""{"answers":[{"match":"(","text":"Oslo"}]}""")]
    [InlineData("""{"answers":[{"txt":"Oslo"}]}""")]
    [InlineData("""{"replies":[]}""")]
    [InlineData("nonsense")]
    public async Task A_script_that_has_no_answer_or_is_none_fails(string script) =>
        Assert.Equal(ErrorCodes.ScriptExhausted, (await CallAsync(script, Ask("Name a prime."))).Code);

    [Fact]
    public async Task A_script_that_is_not_there_fails()
    {
        File.Delete(_file);
        using var harness = new ModelHarness();
        Assert.Equal(ErrorCodes.ScriptExhausted, (await harness.CallAsync(Ask("x"))).Code);
    }

    public void Dispose() => File.Delete(_file);

    private async Task<ModelAnswer> CallAsync(string script, ModelRequest request)
    {
        await File.WriteAllTextAsync(_file, script, TestContext.Current.CancellationToken);
        using var harness = new ModelHarness();
        return await harness.CallAsync(request);
    }
}
