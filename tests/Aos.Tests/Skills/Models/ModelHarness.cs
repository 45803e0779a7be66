using System.Text;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Models;
using Aos.Tests.Skills.Http;

namespace Aos.Tests.Skills.Models;

/// <summary>A caller under test, and models at a server of the test's.</summary>
internal sealed class ModelHarness(TimeProvider? clock = null) : IDisposable
{
    public const string Key = "sk-canary-0123456789";

    // A token of input 1, cached 0.1, written 1.25, output 5, reasoning 7 dollars a million.
    public static ModelPrice Price { get; } = new()
    {
        Input = TokenRate.FromUsd(1),
        CachedInput = TokenRate.FromUsd(0.1m),
        CacheWrite = TokenRate.FromUsd(1.25m),
        Output = TokenRate.FromUsd(5),
        Reasoning = TokenRate.FromUsd(7),
    };

    public ScriptedResolver Resolver { get; } = new();

    public ModelCaller Caller =>
        field ??= new ModelCaller(clock ?? TimeProvider.System, Resolver, new HttpLimits(), new ModelLimits());

    public static ModelSpec Claude(ModelServer server) => new()
    {
        Provider = ModelProvider.Anthropic,
        Model = "claude-test",
        BaseUrl = server.Url,
        Price = Price,
    };

    public static ModelSpec Gpt(ModelServer server) => new()
    {
        Provider = ModelProvider.Openai,
        Model = "gpt-test",
        BaseUrl = $"{server.Url}/v1",
        Price = Price,
    };

    public static ModelSpec Llama(ModelServer server) => new()
    {
        Provider = ModelProvider.Ollama,
        Model = "small",
        BaseUrl = server.Url,
        Price = Price,
    };

    public static ModelRequest Ask(ModelSpec model, string prompt = "Name a prime.") => new()
    {
        Model = model,
        Messages = [new ModelMessage(ModelRole.User, prompt)],
    };

    public static Payload Schema(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));

    public async Task<ModelAnswer> CallAsync(ModelRequest request) =>
        await Caller.CallAsync(request, Key, TestContext.Current.CancellationToken)
        .AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public void Dispose() => Caller.Dispose();
}
