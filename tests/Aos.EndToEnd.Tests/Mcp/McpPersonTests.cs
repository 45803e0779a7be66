using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.EndToEnd.Tests.Servers;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Aos.EndToEnd.Tests.Mcp;

/// <summary>Calls that need approval, put to the person at the client.</summary>
public sealed class McpPersonTests : ServerTest
{
    private const string Approved = "\"approval\": { \"role\": \"operator\" }";

    private readonly List<ElicitRequestParams> _asked = [];

    private async Task<McpClient> ConnectAsync(
        string key, string? protocol, Func<ElicitRequestParams, ElicitResult>? person) =>
        await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(Address + "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + key },
        }), OptionsOf(protocol, person), cancellationToken: Cancel);

    private McpClientOptions OptionsOf(string? protocol, Func<ElicitRequestParams, ElicitResult>? person) => new()
    {
        ProtocolVersion = protocol,
        Handlers = new McpClientHandlers
        {
            ElicitationHandler = person is null ? null : (asked, _) =>
            {
                _asked.Add(asked!);
                return ValueTask.FromResult(person(asked!));
            },
        },
    };

    private static ElicitResult Says(string decision, string? reason = null) => new()
    {
        Action = "accept",
        Content = new Dictionary<string, JsonElement>
        {
            ["decision"] = JsonSerializer.SerializeToElement(decision),
            ["reason"] = JsonSerializer.SerializeToElement(reason ?? "seen"),
        },
    };

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, string arguments)
    {
        var result = await client.CallToolAsync(
            tool, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments)!, cancellationToken: Cancel);
        return JsonDocument.Parse(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text).RootElement;
    }

    [Theory, InlineData("approve", "completed", 1), InlineData("reject", "failed", 0)]
    public async Task Who_may_decide_is_asked_with_the_exact_input_and_the_run_goes_on(
        string decision, string status, int calls)
    {
        World.On("/pay", _ => new Reply(200));
        var run = (await RunAsync(Submission(Call("pay", "/pay?to=\u202eevil", Approved)))).Text("run_id");
        await using var client = await ConnectAsync(await KeyAsync("operator"), null, _ => Says(decision));

        var report = await CallAsync(client, "get_run", $$"""{"run_id":"{{run}}","wait_seconds":50}""");

        Assert.Equal((status, calls), (report.Text("status"), World.Count("/pay")));
        var asked = Assert.Single(_asked);
        Assert.Contains("http_call@", asked.Message, StringComparison.Ordinal);
        Assert.Contains("/pay?to=", asked.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", asked.Message, StringComparison.Ordinal);
        Assert.Contains(
            await TraceOfAsync(run),
            line => line.Contains("\"approval_decided\"", StringComparison.Ordinal)
                && line.Contains("seen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_asked_who_may_not_decide_or_cannot_be()
    {
        await using var requester = await ConnectAsync(Admin, null, _ => Says("approve"));
        var submission = """{"plan":{"steps":[{"id":"t","skill":"json_transform@1","input":{"data":{"a":1},"expression":"a"},"approval":{"role":"operator"}}]}}""";
        var waiting = await CallAsync(requester, "run", submission);
        Assert.Equal(("waiting", "approval"), (waiting.Text("status"), waiting.Text("waiting_for")));
        var look = $$"""{"run_id":"{{waiting.Text("run_id")}}","wait_seconds":1}""";
        await using var viewer = await ConnectAsync(await KeyAsync("viewer"), null, _ => Says("approve"));
        Assert.Equal("waiting", (await CallAsync(viewer, "get_run", look)).Text("status"));
        await using var silent = await ConnectAsync(await KeyAsync("operator"), null, person: null);
        Assert.Equal("waiting", (await CallAsync(silent, "get_run", look)).Text("status"));
        // Of the revision before, on a server that keeps nothing between requests.
        await using var old = await ConnectAsync(await KeyAsync("operator"), "2025-11-25", _ => Says("approve"));
        Assert.Equal("waiting", (await CallAsync(old, "get_run", look)).Text("status"));
        Assert.Empty(_asked);

    }

    [Theory, InlineData("decline"), InlineData("cancel")]
    public async Task Who_closes_the_form_has_decided_nothing_and_is_not_asked_again_and_again(string action)
    {
        var run = (await RunAsync(Submission(Call("pay", "/pay", Approved)))).Text("run_id");
        await using var client =
            await ConnectAsync(await KeyAsync("operator"), null, _ => new ElicitResult { Action = action });
        Assert.Equal(
            "waiting",
            (await CallAsync(client, "get_run", $$"""{"run_id":"{{run}}","wait_seconds":50}""")).Text("status"));
        Assert.Single(_asked);
        Assert.Equal("open", (await GetAsync("/v1/approvals")).Json.Text("items/0/status"));
    }

    [Fact]
    public async Task An_answer_that_was_made_up_decides_nothing()
    {
        var run =
            (await RunAsync(
                Submission(Transform("t").Replace("\"id\"", Approved + ", \"id\"", StringComparison.Ordinal)))).Text(
                    "run_id");
        var approval = (await GetAsync("/v1/approvals")).Json.Text("items/0/approval_id");
        foreach (var (key, code) in new[] { (Admin, "APPROVAL_FORBIDDEN"),
            (await KeyAsync("viewer"), "PERMISSION_DENIED"),
            (await KeyAsync("operator", "other"), "UNKNOWN_APPROVAL") })
        {
            var answer = await RawCallAsync(key, run, approval);
            Assert.True(answer.Contains(code, StringComparison.Ordinal), $"{code}: {answer}");
        }
        Assert.Contains(
            "UNKNOWN_APPROVAL",
            await RawCallAsync(await KeyAsync("operator"), run, approval[..^1] + (approval[^1] == '0' ? '1' : '0')),
            StringComparison.Ordinal);
        Assert.Equal("waiting", (await GetAsync($"/v1/runs/{run}")).Json.Text("status"));
        Assert.Contains(
            "completed", await RawCallAsync(await KeyAsync("operator"), run, approval), StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> TraceOfAsync(string run) =>
        (await GetAsync($"/v1/runs/{run}/trace")).Text.Split('\n');

    // The second round without the first.
    private async Task<string> RawCallAsync(string key, string run, string approval) =>
        (await SendAsync("POST", "/mcp", $$"""
        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_run","arguments":{"run_id":"{{run}}","wait_seconds":20},"requestState":"{{run}}",
         "inputResponses":{"{{approval}}":{"action":"accept","content": { "decision": "approve" } } },
         "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{ "name": "raw", "version": "1" },
                  "io.modelcontextprotocol/clientCapabilities":{ "elicitation": {} } } } }
        """, key, ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "get_run"))).Text;
}
