using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Skills.Standard.Mcp;
using Aos.Tests.Skills.Http;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Skills.Mcp;

/// <summary>Servers that are reached by Streamable HTTP, under the network of the profile.</summary>
public sealed class McpHttpTests : IAsyncLifetime
{
    private readonly McpBench _bench = new();
    private readonly List<string> _authorizations = [];
    private WebServer _server = null!;
    private Func<HttpContext, JsonElement, Task>? _onCall;
    private int _requests;

    private McpServerSpec Spec => new() { Url = new Uri($"{_server.Url}/mcp") };

    public async ValueTask InitializeAsync() => _server = await WebServer.StartAsync(AnswerAsync);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _bench.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_tool_is_called_where_the_profile_allows_the_address()
    {
        var import = await _bench.ImportAsync(Spec, network: "127.0.0.1");
        var result = await McpBench.InvokeAsync(
            _bench.Read(), "echo", McpBench.Call("""{"text":"over http"}""", network: "127.0.0.1"));

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("over http", result.Result!.Element.GetProperty("text").GetString());
        Assert.Equal(["network"], import.Tools[0].ReadContract().Permissions);
    }

    [Fact]
    public async Task An_agent_whose_network_does_not_name_the_address_reaches_nothing()
    {
        await _bench.ImportAsync(Spec, network: "127.0.0.1");
        var before = _requests;
        var skills = _bench.Read();
        foreach (var network in (string[][])[[], ["*"], ["example.com"]])
        {
            var result =
                await McpBench.InvokeAsync(skills, "echo", McpBench.Call("""{"text":"x"}""", network: network));
            Assert.Equal(("EGRESS_DENIED", EffectState.None), (result.Code.Value, result.Effect));
            Assert.Equal(
                "EGRESS_DENIED",
                Assert.Single(McpBench.Named(skills, "echo").FindGaps(McpBench.Call(network: network))).Code.Value);
        }
        Assert.Empty(McpBench.Named(skills, "echo").FindGaps(McpBench.Call(network: "127.0.0.1")));
        Assert.Equal(before, _requests);
    }

    [Fact]
    public async Task A_secret_goes_into_the_header_only_where_the_profile_lets_it_be_sent()
    {
        var server = Spec with
        {
            Headers =
                new Dictionary<string, McpValue> { ["Authorization"] = new() { Prefix = "Bearer ", Secret = "TOKEN" } }
        };
        await _bench.ImportAsync(server, secrets: new GivenSecret("TOKEN", "t0ken-1"), network: "127.0.0.1");
        Assert.All(_authorizations, sent => Assert.Equal("Bearer t0ken-1", sent));
        var skills = _bench.Read();

        var result = await McpBench.InvokeAsync(
            skills, "echo",
            McpBench.Call("""{"text":"x"}""", new GivenSecret("TOKEN", "t0ken-2"), network: "127.0.0.1"));
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("Bearer t0ken-2", _authorizations[^1]);

        var elsewhere = await McpBench.InvokeAsync(
            skills, "echo",
            McpBench.Call(
                """{"text":"x"}""", new GivenSecret("TOKEN", "t0ken-3", "example.com"), network: "127.0.0.1"));
        Assert.Equal("SECRET_NOT_ALLOWED", elsewhere.Code.Value);
        Assert.DoesNotContain("Bearer t0ken-3", _authorizations);
    }

    [Theory]
    [InlineData(401, "HTTP_401", EffectState.None)]
    [InlineData(429, "RATE_LIMITED", EffectState.None)]
    [InlineData(500, "HTTP_500", EffectState.Unknown)]
    [InlineData(503, "HTTP_503", EffectState.None)]
    [InlineData(302, "MCP", EffectState.Unknown)]
    public async Task A_status_that_is_no_answer_is_a_failure_with_its_code(int status, string code, EffectState effect)
    {
        await _bench.ImportAsync(Spec, network: "127.0.0.1");
        _onCall = (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return Task.CompletedTask;
        };
        var result =
            await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}""", network: "127.0.0.1"));
        Assert.False(result.Succeeded);
        if (code != "MCP") Assert.Equal(code, result.Code.Value);
        Assert.Equal(effect, result.Effect);
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_the_outcome_unknown()
    {
        await _bench.ImportAsync(Spec, network: "127.0.0.1");
        _onCall = (context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        var result =
            await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}""", network: "127.0.0.1"));
        Assert.Equal(("CONNECTION_RESET", EffectState.Unknown), (result.Code.Value, result.Effect));
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read_to_its_end()
    {
        await _bench.ImportAsync(Spec, network: "127.0.0.1");
        _onCall = async (context, request) =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$$"""{"jsonrpc":"2.0","id":{{{request.GetProperty("id").GetRawText()}}},"result":{"content":[{"type":"text","text":"{{{new string('x', 2 << 20)}}}"}]}}""");
        };
        var result =
            await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}""", network: "127.0.0.1"));
        Assert.Equal(("RESPONSE_TOO_LARGE", EffectState.Unknown), (result.Code.Value, result.Effect));
    }

    [Fact]
    public async Task Nothing_that_listens_is_refused_before_sending()
    {
        await _bench.ImportAsync(Spec, network: "127.0.0.1");
        await _server.DisposeAsync();
        var result =
            await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}""", network: "127.0.0.1"));
        Assert.Equal((ErrorCodes.ConnectionRefused, EffectState.None), (result.Code, result.Effect));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (context.Request.Headers.Authorization is { Count: > 0 } sent) lock (_authorizations)
            _authorizations.Add(sent.ToString());
        if (context.Request.Method != "POST")
        {
            context.Response.StatusCode = 405;
            return;
        }
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var request = body.RootElement;
        if (!request.TryGetProperty("id", out var id))
        {
            context.Response.StatusCode = 202;
            return;
        }
        var method = request.GetProperty("method").GetString();
        if (method == "tools/call" && _onCall is not null)
        {
            await _onCall(context, request);
            return;
        }
        var answer = method switch
        {
            "initialize" => $$$"""
                "result":{"protocolVersion":{{{request.GetProperty("params").GetProperty("protocolVersion").GetRawText()}}},"capabilities":{"tools":{}},"serverInfo":{"name":"web","version":"1"}}
                """,
            "tools/list" => """
                "result":{"tools":[{"name":"echo","description":"Echoes.","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}}]}
                """,
            "tools/call" => $$$"""
                "result":{"content":[{"type":"text","text":{{{request.GetProperty("params").GetProperty("arguments").GetProperty("text").GetRawText()}}} }]}
                """,
            _ => """
                "error":{"code":-32601,"message":"unknown method"}
                """,
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{\"jsonrpc\":\"2.0\",\"id\":" + id.GetRawText() + "," + answer.Trim() + "}");
    }
}
