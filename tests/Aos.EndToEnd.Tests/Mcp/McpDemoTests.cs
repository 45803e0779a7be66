using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Mcp;

/// <summary>A client that others wrote, the TypeScript SDK of the protocol, walks through the demo: simulate, run, wait
/// and be told of each step, ask, read the trace. Over both transports, as a client of today's revision and as one of
/// the last.</summary>
public sealed class McpDemoTests : EndToEndTest
{
    private static readonly string Example = Path.Combine(PublicServers.Root, "examples", "demo_btc");

    [Theory, InlineData("auto", "2026-07-28"), InlineData("legacy", "2025-11-25")]
    public async Task An_independent_client_completes_the_demo_over_Streamable_HTTP(string era, string protocol)
    {
        var key = (await Bench.AosAsync("keys", "create", "--role", "admin", "--json")).Exits(0).Json.Text("key");
        var server = Bench.Start("serve", "--", "--listen", "http://127.0.0.1:0");
        await server.SaysAsync("listening on");
        var address = server.Said.Split("listening on ")[1].Split('\n')[0].Trim();
        var profile =
            JsonNode.Parse("""{"agent_id":"price_watcher","skills":["http_call@1","json_transform@1"],"network":{"allow":["127.0.0.1"]}}""");

        await CompleteAsync(
            new JsonObject { ["url"] = address + "/mcp", ["key"] = key, ["era"] = era }, protocol, profile);
        server.Terminate();
        (await server.EndAsync()).Exits(0);
    }

    [Theory, InlineData("auto", "2026-07-28"), InlineData("legacy", "2025-11-25")]
    public Task An_independent_client_completes_the_demo_over_stdio(string era, string protocol) =>
        CompleteAsync(new JsonObject
        {
            ["command"] = Infrastructure.Cli.Binary,
            ["args"] = new JsonArray("--data", Bench.Data, "mcp", "--profile", Path.Combine(Example, "profile.yaml")),
            ["era"] = era,
        }, protocol, profile: null);

    private async Task CompleteAsync(JsonObject client, string protocol, JsonNode? profile)
    {
        Server.On("/price", number => number == 1 ? new Reply(503) : new Reply(200, """{"data":{"amount":"5.5"}}"""))
            .On("/hook", _ => new Reply(200));
        var submission = new JsonObject
        {
            ["plan"] = JsonNode.Parse(
                await File.ReadAllTextAsync(Path.Combine(Example, "plan.json"), TestContext.Current.CancellationToken)),
            ["input"] = new JsonObject { ["price_url"] = Server.Url("/price"), ["notify_url"] = Server.Url("/hook") },
        };
        if (profile is not null) submission["profile"] = profile;
        var run = submission.DeepClone().AsObject();
        (run["wait_seconds"], run["idempotency_key"]) = (0, "demo");
        client["calls"] = new JsonArray(
            new JsonArray("simulate", submission),
            new JsonArray("run", run),
            new JsonArray("run", run.DeepClone()),
            new JsonArray("get_run", JsonNode.Parse("""{"run_id":"$run_id","wait_seconds":50}""")),
            new JsonArray("query", JsonNode.Parse("""{"run_id":"$run_id","query":"what_did_i_try_already"}""")),
            new JsonArray("trace", JsonNode.Parse("""{"run_id":"$run_id"}""")),
            new JsonArray("describe_skill", JsonNode.Parse("""{"skill":"json_transform"}""")));

        var (code, said) = await PublicServers.RunAsync("demo_client.mjs", [], client.ToJsonString());
        Assert.True(code == 0, said);
        var walk = JsonDocument.Parse(said.Split('\n').First(line => line.StartsWith('{'))).RootElement;

        Assert.Equal((protocol, "aos"), (walk.Text("protocol"), walk.Text("server/name")));
        var answers = walk.GetProperty("answers").EnumerateArray().ToList();
        Assert.All(answers, answer => Assert.False(answer.GetProperty("is_error").GetBoolean(), answer.ToString()));
        Assert.True(answers[0].At("answer/feasible").GetBoolean());
        Assert.Equal(answers[1].Text("answer/run_id"), answers[2].Text("answer/run_id"));
        Assert.Equal(
            ("completed", "5.5"), (answers[3].Text("answer/status"), answers[3].Text("answer/output/price_usd")));
        Assert.Equal(["step fetch: success", "step price: success", "step tell: success"],
            answers[3].GetProperty("progress").EnumerateArray().Select(told => told.Text("message")));
        Assert.Equal(
            (3, 3), (answers[3].At("progress/2/progress").GetInt32(), answers[3].At("progress/2/total").GetInt32()));
        Assert.Contains("HTTP_503", answers[4].At("answer").ToString(), StringComparison.Ordinal);
        var events = answers[5].At("answer/events").EnumerateArray().Select(line => line.Text("type")).ToList();
        Assert.Equal(
            ("run_submitted", "run_ended", 4),
            (events[0], events[^1], events.Count(type => type == "attempt_started")));
        Assert.Equal("json_transform", answers[6].Text("answer/result/name"));
        Assert.Equal((2, 1), (Server.Count("/price"), Server.Count("/hook")));
    }
}
