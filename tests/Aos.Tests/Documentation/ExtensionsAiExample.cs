using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Extensions.AI;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.JsonTransform;
using Aos.Storage.Sqlite;
using Aos.Testing.Storage;
using Microsoft.Extensions.AI;

namespace Aos.Tests.Documentation;

/// <summary>The program of the page on Microsoft.Extensions.AI, compiled and run.</summary>
public sealed class ExtensionsAiExample
{
    [Fact]
    public async Task The_program_of_the_page_runs()
    {
        var folder = Directory.CreateTempSubdirectory("aos-ai-").FullName;
        try
        {
            using var output = new StringWriter(CultureInfo.InvariantCulture);
            await RunAsync(folder, output, TestContext.Current.CancellationToken);
            var lines = output.ToString().Trim().Split('\n');
            Assert.Equal(["""{"value":7}""", "rate: 1.08"], lines[..2]);
            Assert.StartsWith(
                """{"status":"failure","code":"FUNCTION_FAILED","message":"rate failed: """, lines[2],
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_chat_client_makes_the_calls_that_its_model_asks_for_as_runs()
    {
        await using var store = new MemoryStore(new MemoryStoreState());
        await using var aos = new AosRuntime(new AosRuntimeParts
        {
            Store = store,
            Skills = SkillRegistry.Create([new JsonTransformSkill()]),
        });
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var model = new ModelThatCalls();

        await ChatAsync(aos, model, output, TestContext.Current.CancellationToken);

        Assert.Equal("called: OK\ncalled: EXPRESSION_INVALID\nSeven.\n", output.ToString());
        Assert.Equal(["""{"value":7}""", "EXPRESSION_INVALID"], model.Told);
        // What is refused is no run.
        Assert.Single(await store.ListRunsAsync(new(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0, "page")]
    [InlineData(1, "chat")]
    public void The_page_shows_the_program_that_is_compiled_here(int block, string mark)
    {
        var shown = MarkdownPage.All.Single(page => page.Path == "docs/extensions-ai.md").Blocks
            .Where(block => block.Language == "csharp").ElementAt(block).Text;
        var source = Repository.Read("tests/Aos.Tests/Documentation/ExtensionsAiExample.cs");
        var compiled = source.Split($"// <{mark}>\n")[1].Split($"        // </{mark}>")[0].Replace(
            "\n        ", "\n", StringComparison.Ordinal);
        Assert.Equal(compiled.Trim(), shown.Trim());
    }

    private static async Task RunAsync(string folder, TextWriter Console, CancellationToken cancel)
    {
        // <page>
        // A function of yours becomes a skill. Its effect class is yours to say: without it, it counts as `once`.
        var rate = AIFunctionFactory.Create([Description("Gives the rate of a currency.")] (string currency) =>
            currency == "EUR" ? 1.08m : throw new ArgumentException($"'{currency}' is not traded"), "rate");
        var skills = SkillRegistry.Create(
            [new JsonTransformSkill(),
                new FunctionSkill(rate, new FunctionSkillOptions { Effect = EffectClass.Read })]);

        await using var store =
            await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = folder }, TimeProvider.System, cancel);
        await using var aos = new AosRuntime(new AosRuntimeParts { Store = store, Skills = skills });

        // The skills that a profile allows become functions, ready for `ChatOptions.Tools`.
        var profile = new AgentProfile
        {
            AgentId = "clerk",
            Skills = [SkillRef.Parse("json_transform@1"), SkillRef.Parse("rate@1")]
        };
        var tools = aos.AsFunctions(profile, new SkillFunctionOptions { TotalBudget = Money.FromCents(25) });

        // What a chat client does when the model calls them:
        var sum = tools.Single(tool => tool.Name == "json_transform");
        Console.WriteLine(
            await sum.InvokeAsync(new() { ["data"] = new[] { 3, 4 }, ["expression"] = "sum(@)" }, cancel));
        var asked = tools.Single(tool => tool.Name == "rate");
        Console.WriteLine($"rate: {await asked.InvokeAsync(new() { ["currency"] = "EUR" }, cancel)}");
        Console.WriteLine(await asked.InvokeAsync(new() { ["currency"] = "XXX" }, cancel));
        // {"value":7}
        // rate: 1.08
        // {"status":"failure","code":"FUNCTION_FAILED","message":"rate failed: 'XXX' is not traded",...}
        // </page>
    }

    private static async Task ChatAsync(AosRuntime aos, IChatClient model, TextWriter Console, CancellationToken cancel)
    {
        // <chat>
        // `model` is the client of any provider. What its model asks for is made by FunctionInvokingChatClient.
        using var chat = new ChatClientBuilder(model)
            .UseFunctionInvocation(configure: calls => calls.MaximumIterationsPerRequest = 8).Build();
        var clerk = new AgentProfile { AgentId = "clerk", Skills = [SkillRef.Parse("json_transform@1")] };
        var given = aos.AsFunctions(clerk, new SkillFunctionOptions
        {
            TotalBudget = Money.FromCents(25),
            // The same call of the model is the same run, also where it is asked for again.
            KeyOf = _ => FunctionInvokingChatClient.CurrentContext is { CallContent.CallId: var call }
                ? $"conversation-7/{call}" : null,
            OnOutcome = outcome => Console.WriteLine($"called: {outcome.Code}"),
        });

        var reply =
            await chat.GetResponseAsync("What are 3 and 4 together?", new ChatOptions { Tools = [.. given] }, cancel);
        Console.WriteLine(reply.Text);
        // called: OK
        // called: EXPRESSION_INVALID
        // Seven.
        // </chat>
    }

    /// <summary>Asks for a call, for one that is wrong, and then answers.</summary>
    private sealed class ModelThatCalls : IChatClient
    {
        public List<string> Told { get; } = [];

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            Assert.Equal("json_transform", Assert.Single(options!.Tools!).Name);
            var results = messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>()
                .Select(content => (JsonElement)content.Result!).ToList();
            if (results.Count > 0)
                Told.Add(
                    results[^1].TryGetProperty("code", out var code) ? code.GetString()! : results[^1].GetRawText());
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, results.Count switch
            {
                0 => [Call("call_1", "sum(@)")],
                1 => [Call("call_2", "sum(")],
                _ => [new TextContent("Seven.")],
            })));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("The example does not stream.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }

        private static FunctionCallContent Call(string id, string expression) =>
            new(id, "json_transform",
                new Dictionary<string, object?> { ["data"] = JsonElement.Parse("[3,4]"), ["expression"] = expression });
    }
}
