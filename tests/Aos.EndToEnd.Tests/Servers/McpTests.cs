using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>The runtime as tools of the Model Context Protocol, over HTTP.</summary>
public sealed class McpTests : ServerTest
{
    private async Task<McpClient> ConnectAsync(string? key, string query = "") =>
        await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(Address + "/mcp" + query),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = key is null
                ? null : new Dictionary<string, string> { ["Authorization"] = "Bearer " + key },
        }), cancellationToken: Cancel);

    private static async Task<(bool IsError, JsonElement Json)> CallAsync(
        McpClient client, string tool, string arguments)
    {
        var given = JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments)!;
        var result = await client.CallToolAsync(tool, given, cancellationToken: Cancel);
        var json = JsonDocument.Parse(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text).RootElement;
        Assert.True(JsonElement.DeepEquals(json, result.StructuredContent!.Value));
        return (result.IsError == true, json);
    }

    [Fact]
    public async Task A_client_describes_simulates_runs_asks_and_reads_the_trace()
    {
        World.On("/price", _ => new Reply(200, """{"price":12}"""));
        await using var client = await ConnectAsync(Admin);
        var tools = await client.ListToolsAsync(cancellationToken: Cancel);
        string[] expected = ["describe_skill", "execute", "get_run", "query", "run", "simulate", "trace"];
        Assert.Equal(
            expected,
            tools.Select(tool => tool.Name).Where(name => !name.StartsWith("skill_", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));

        Assert.Equal(
            "http_call",
            (await CallAsync(client, "describe_skill", """{"skill":"http_call"}""")).Json.Text("result/name"));
        var submission = Submission(Call("fetch", "/price"), Transform("pick"));
        Assert.Equal(
            "true", (await CallAsync(client, "simulate", submission)).Json.Text("feasible").ToLowerInvariant());
        Assert.Equal(0, World.Count("/price"));
        var (isError, report) = await CallAsync(client, "run", submission);
        Assert.Equal((false, "completed"), (isError, report.Text("status")));
        var run = report.Text("run_id");
        Assert.False(
            (await CallAsync(client, "query", $$"""{"run_id":"{{run}}","query":"remaining_budget_cents"}""")).IsError);
        var events = (await CallAsync(client, "trace", $$"""{"run_id":"{{run}}"}""")).Json.At("events").EnumerateArray()
            .Select(e => e.Text("type")).ToList();
        Assert.Equal(("run_submitted", "run_ended"), (events[0], events[^1]));
        Assert.Equal(1, World.Count("/price"));
    }

    [Fact]
    public async Task Skills_that_the_agent_may_call_are_tools_and_no_others()
    {
        (await SendAsync(
            "PUT", "/v1/agents/clerk", """{"agent_id":"clerk","skills":["json_transform@1"]}""", Admin)).Is(201);
        await using var client = await ConnectAsync(await KeyAsync("operator"), "?agent_id=clerk");

        var skills = (await client.ListToolsAsync(cancellationToken: Cancel)).Select(tool => tool.Name)
            .Where(name => name.StartsWith("skill_", StringComparison.Ordinal));
        Assert.Equal(["skill_json_transform"], skills);
        var made = await CallAsync(client, "skill_json_transform", """{"data":{"a":7},"expression":"a"}""");
        Assert.Equal((false, "success", "7"), (made.IsError, made.Json.Text("status"), made.Json.Text("result/value")));
        var unknown = await Assert.ThrowsAsync<McpProtocolException>(
            () => CodeAsync(client, "skill_http_call", """{"url":"https://example.com"}"""));
        Assert.Equal(McpErrorCode.InvalidParams, unknown.ErrorCode);
        Assert.Equal(
            (true, "SKILL_NOT_ALLOWED"),
            await CodeAsync(client, "execute", """{"skill":"http_call@1","input":{"url":"https://example.com"}}"""));
        Assert.Equal((true, "PERMISSION_DENIED"), await CodeAsync(client, "run", Submission(Transform("t"))));
    }

    [Fact]
    public async Task Rights_tenants_and_hosts_hold_for_tools_as_for_the_api()
    {
        var run = (await RunAsync(Submission(Transform("t")))).Text("run_id");
        await using var viewer = await ConnectAsync(await KeyAsync("viewer"));
        Assert.DoesNotContain(
            await viewer.ListToolsAsync(cancellationToken: Cancel),
            tool => tool.Name is "run" or "execute" || tool.Name.StartsWith("skill_", StringComparison.Ordinal));
        Assert.Equal((true, "PERMISSION_DENIED"), await CodeAsync(viewer, "run", """{"goal":"x"}"""));
        Assert.Equal(
            (true, "PERMISSION_DENIED"), await CodeAsync(viewer, "execute", """{"skill":"json_transform@1"}"""));
        // The profile allows the skill, and the caller may still begin nothing.
        Assert.Equal(
            (true, "PERMISSION_DENIED"),
            await CodeAsync(viewer, "skill_json_transform", """{"data":{"a":7},"expression":"a"}"""));
        await using var other = await ConnectAsync(await KeyAsync("admin", "other"));
        Assert.Equal((true, "UNKNOWN_RUN"), await CodeAsync(other, "get_run", $$"""{"run_id":"{{run}}"}"""));
        Assert.Equal((true, "INVALID_ARGUMENT"), await CodeAsync(other, "get_run", "{}"));
        Assert.Equal((true, "SCHEMA_VIOLATION"), await CodeAsync(other, "simulate", """{"goal":"x","gaol":1}"""));

        await Assert.ThrowsAnyAsync<Exception>(async () => await ConnectAsync(null));
        (await SendAsync("POST", "/mcp", "{}", null)).Is(401);
        (await SendAsync("POST", "/mcp", "{}", Admin, ("Origin", "https://evil.example"))).Is(403);
        (await SendAsync("POST", "/mcp", "{}", Admin, ("Host", "evil.example"))).Is(403);
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_any_more_holds_no_place_and_its_run_goes_on()
    {
        var gate = new TaskCompletionSource();
        World.Hold("/slow", gate.Task);
        var run = (await PostAsync("/v1/runs", Submission(Call("slow", "/slow")))).Is(202).Json.Text("run_id");
        await World.ArrivedAsync("/slow");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var waiting = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent("""
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_run","_meta":{"progressToken":"t"},
                 "arguments":{"run_id":"RUN","wait_seconds":50}}}
                """.Replace("RUN", run, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json"),
        };
        waiting.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        waiting.Headers.Authorization = new("Bearer", Admin);
        var asked = Http.SendAsync(waiting, HttpCompletionOption.ResponseHeadersRead, gone.Token);
        await UntilAsync(() => Task.FromResult(Running.Parts.Metrics.RequestsOpen), open => open == 1);
        await gone.CancelAsync();
        // The answer may have begun by then: then letting go of it is what closes the connection.
        await ((Task)asked).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (asked.IsCompletedSuccessfully) (await asked).Dispose();

        // Sooner than the call would have ended by itself.
        await UntilAsync(() => Task.FromResult(Running.Parts.Metrics.RequestsOpen), open => open == 0)
            .WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal("running", (await GetAsync($"/v1/runs/{run}")).Is(200).Json.Text("status"));
        gate.SetResult();
        Assert.Equal("completed", (await GetAsync($"/v1/runs/{run}?wait_seconds=60")).Json.Text("status"));
    }

    [Fact]
    public async Task Mistakes_of_a_client_are_told_to_it_and_are_no_defects()
    {
        var run = (await RunAsync(Submission(Transform("t")))).Text("run_id");
        async Task<JsonElement> AskAsync(string message, string query = "")
        {
            var text =
                (await SendAsync(
                    "POST", "/mcp" + query, message, Admin, ("Accept", "application/json, text/event-stream"))).Is(
                        200).Text;
            return JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        }
        const string List = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";
        foreach (var (query, why) in ((string, string)[])[
            ("?agent_id=nobody", "no agent profile 'nobody'"), ("?agent_id=", "names one profile"),
            ("?agent_id=default&agent_id=default", "names one profile")])
        {
            var refused = await AskAsync(List, query);
            Assert.Equal("-32602", refused.Text("error/code"));
            Assert.Contains(why, refused.Text("error/message"), StringComparison.Ordinal);
        }
        var nothing = await AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call"}""");
        Assert.Equal(
            ("-32602", "The call names no tool."), (nothing.Text("error/code"), nothing.Text("error/message")));

        await using var client = await ConnectAsync(Admin);
        foreach (var (tool, arguments) in ((string, string)[])[
            ("get_run", $$"""{"run_id":"{{run}}","wait":5}"""), ("trace", $$"""{"run_id":"{{run}}","from":5}"""),
            ("query", $$"""{"run_id":"{{run}}","query":"remaining_budget_cents","step":"t"}"""),
            ("describe_skill", """{"skill":"http_call","version":"1"}""")])
            Assert.Equal((true, "SCHEMA_VIOLATION"), await CodeAsync(client, tool, arguments));
    }

    private static async Task<(bool, string)> CodeAsync(McpClient client, string tool, string arguments)
    {
        var (isError, json) = await CallAsync(client, tool, arguments);
        return (isError, json.Text("code"));
    }
}
