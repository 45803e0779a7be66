using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A server, killed by the system (SIGKILL) while it sends webhooks, and started again.</summary>
public sealed class WebhookKillTests : EndToEndTest
{
    private const int Rounds = 3;
    private const int RunsOfRound = 8;
    private const int HeldOfRound = 2;

    private readonly List<HttpClient> _clients = [];
    private string _key = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_often_a_server_is_killed_while_it_sends_each_event_arrives_by_one_id_and_dead_messages_stay()
    {
        _key = (await Bench.AosAsync("keys", "create", "--role", "admin", "--json")).Exits(0).Json.Text("key");
        var (gate, holds) = (new TaskCompletionSource(), 0);
        Server.On("/down", _ => new Reply(503)).On("/hook", async (_, _) =>
        {
            // Whoever sends these is killed while it waits for the answer.
            if (Interlocked.Decrement(ref holds) >= 0) await gate.Task.WaitAsync(Infrastructure.Cli.Patience);
            return new Reply(200);
        });
        var (server, http) = await ServeAsync();
        var hook = await RegisterAsync(http, "/hook");
        var down = await RegisterAsync(http, "/down");
        var (acknowledged, dead, held) =
            (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());

        for (var round = 0; round < Rounds; round++)
        {
            var before = Server.Count("/hook");
            Volatile.Write(ref holds, HeldOfRound);
            for (var i = 0; i < RunsOfRound; i++) acknowledged.Add(await SubmitAsync(http));
            await server.CausesAsync(Server.ArrivedAsync("/hook", before + HeldOfRound));
            var some = dead.Count + 1;
            foreach (var (id, message) in await UntilAsync(
                () => DeadAsync(http, down), messages => messages.Count >= some))
                dead[id] = message;
            server.Crash();
            await server.EndAsync();
            held.AddRange(
                Server.Arrivals.Where(arrival => arrival.Path == "/hook").Skip(before).Take(HeldOfRound).Select(IdOf));
            gate.SetResult();
            gate = new TaskCompletionSource();
            (server, http) = await ServeAsync();
            var kept = await DeadAsync(http, down);
            foreach (var (id, message) in dead) Assert.Equal(message, kept.GetValueOrDefault(id));
        }

        foreach (var run in acknowledged)
            Assert.Equal("completed", (await GetAsync(http, $"/v1/runs/{run}?wait_seconds=60")).Text("status"));
        var runs = (await GetAsync(http, "/v1/runs?limit=1000")).At("items").EnumerateArray()
            .Select(run => run.Text("run_id")).ToList();
        await UntilAsync(() => PendingAsync(http, hook), count => count == 0);
        var last = await UntilAsync(() => DeadAsync(http, down), messages => messages.Count >= runs.Count);

        var arrivals =
            Server.Arrivals.Where(arrival => arrival.Path == "/hook").GroupBy(RunOf).ToDictionary(group => group.Key);
        Assert.Equal(runs.Order(), arrivals.Keys.Order());
        Assert.Equal(acknowledged.Order(), acknowledged.Intersect(runs).Order());
        foreach (var (run, all) in arrivals)
        {
            // One event of each run is told of: its end.
            var id = Assert.Single(all.Select(IdOf).Distinct());
            Assert.Matches($"^msg_{run["run_".Length..]}_[0-9]{{8}}_run_completed$", id);
            Assert.Single(all.Select(arrival => arrival.Body).Distinct());
        }
        foreach (var id in held)
            Assert.InRange(
                Server.Arrivals.Count(arrival => arrival.Path == "/hook" && IdOf(arrival) == id), 2, int.MaxValue);
        Assert.Equal(arrivals.Values.Select(all => IdOf(all.First())).Order(), last.Keys.Order());
        server.Terminate();
        (await server.EndAsync()).Exits(0);
        foreach (var client in _clients) client.Dispose();
    }

    private async Task<(Infrastructure.Cli Process, HttpClient Http)> ServeAsync()
    {
        var process = Bench.Keep(Infrastructure.Cli.StartHost("serve", Bench.Data));
        await process.SaysAsync(" .");
        var http = new HttpClient
        {
            BaseAddress = new Uri(process.Said.Split("listening on ")[1].Split(' ')[0]),
            Timeout = Infrastructure.Cli.Patience,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        _clients.Add(http);
        return (process, http);
    }

    private async Task<string> RegisterAsync(HttpClient http, string path) =>
        (await PostAsync(http, "/v1/webhooks", $$"""{ "url": "{{Server.Url(path)}}" }""")).Text("info/webhook_id");

    private static async Task<string> SubmitAsync(HttpClient http) => (await PostAsync(http, "/v1/runs", $$"""
        { "plan": {{Plan("""{ "id": "t", "skill": "json_transform@1", "input": { "data": {"a":1}, "expression": "a" } }""")}} }
        """)).Text("run_id");

    private static async Task<Dictionary<string, string>> DeadAsync(HttpClient http, string webhook) =>
        (await GetAsync(http, $"/v1/webhooks/{webhook}/deliveries?status=dead&limit=1000")).At("items").EnumerateArray()
            .ToDictionary(item => item.Text("message_id"), item => item.GetRawText(), StringComparer.Ordinal);

    private static async Task<int> PendingAsync(HttpClient http, string webhook) =>
        (await GetAsync(http, $"/v1/webhooks/{webhook}/deliveries?limit=1000")).At("items").GetArrayLength();

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) =>
        JsonDocument.Parse(await http.GetStringAsync(path, Cancel)).RootElement;

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(path, content, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isGood)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isGood(answer)) return answer;
            Assert.True(
                clock.Elapsed < Infrastructure.Cli.Patience, $"after {clock.Elapsed} the answer is still {answer}");
            await Task.Yield();
        }
    }

    private static string IdOf(Arrival arrival) => arrival.Head["webhook-id"];

    private static string RunOf(Arrival arrival) => JsonDocument.Parse(arrival.Body).RootElement.Text("data/run_id");
}
