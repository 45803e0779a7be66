using System.Globalization;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>What the tests spend money on: a model behind a real server that counts what it is asked. Each call costs a
/// cent and could cost two; a run has three calls and holds eight cents.</summary>
public sealed class PaidWorld : IAsyncDisposable
{
    /// <summary>The cents that a run holds.</summary>
    public const int PerRun = 8;

    /// <summary>The cents that a run costs where nobody is killed.</summary>
    public const int Costs = 3;

    private readonly CancellationTokenSource _end = new();

    private PaidWorld(CountingServer server) => Server = server;

    public CountingServer Server { get; }

    /// <summary>Three questions, one after the other.</summary>
    public static string Plan
    {
        get
        {
            static string Ask(string id, string? after) => $$"""
                { "id": "{{id}}", "skill": "llm_invoke@1", "input": { "model": "m", "prompt": "ask", "max_tokens": 20 },
                  "depends_on": [{{(after is null ? "" : $"\"{after}\"")}}] }
                """;
            return $$"""{ "steps": [ {{Ask("a", null)}}, {{Ask("b", "a")}}, {{Ask("c", "b")}} ] }""";
        }
    }

    /// <summary>More rounds of kills with <c>AOS_KILL_ROUNDS</c>.</summary>
    public static int RoundsOr(int otherwise) =>
        Environment.GetEnvironmentVariable("AOS_KILL_ROUNDS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public static async Task<PaidWorld> StartAsync() => new(await CountingServer.StartAsync());

    /// <summary>Ends when a buyer has asked so often.</summary>
    public Task AskedAsync(string buyer, int times) => Server.ArrivedAsync(PathOf(buyer), times);

    /// <summary>The profile of a buyer whose model answers everything but one question.</summary>
    /// <param name="buyer">The buyer.</param>
    /// <param name="silentAt">The question that is not answered; 0: none.</param>
    /// <param name="agent">The agent that pays.</param>
    /// <param name="perDay">Cents that the agent may spend in a day; null: as much as its tenant.</param>
    public string Profile(string buyer, int silentAt, string agent = "buyer", int? perDay = null)
    {
        Server.On(PathOf(buyer), async (number, _) =>
        {
            if (number == silentAt) await Task.Delay(Timeout.Infinite, _end.Token);
            return new Reply(200, $$"""
                data: {{Chunk("""[{"index":0,"delta":{"role":"assistant","content":"yes"},"finish_reason":"stop"}]""", "")}}

                data: {{Chunk("[]", ""","usage":{"prompt_tokens":5,"completion_tokens":10,"total_tokens":15}""")}}

                data: [DONE]


                """, Type: "text/event-stream");
        });
        return $$"""
            { "agent_id": "{{agent}}", "skills": ["llm_invoke@1"], "network": { "allow": ["127.0.0.1"] },
              "budget": { "per_run_cents": {{PerRun}}{{(perDay is { } most ? $", \"per_day_cents\": {most}" : "")}} },
              "models": { "m": { "provider": "openai", "model": "m", "base_url": "{{Server.Url($"/{buyer}/v1")}}",
                                 "price": { "input_per_mtok_usd": 0, "output_per_mtok_usd": 1000 } } } }
            """;

        static string Chunk(string choices, string usage) =>
            $$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":{{choices}}{{usage}}}""";
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _end.Dispose();
        await Server.DisposeAsync();
    }

    private static string PathOf(string buyer) => $"/{buyer}/v1/chat/completions";
}
