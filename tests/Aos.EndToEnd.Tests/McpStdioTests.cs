using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Aos.EndToEnd.Tests;

/// <summary><c>aos mcp</c> as a client starts it.</summary>
public sealed class McpStdioTests : EndToEndTest
{
    [Fact]
    public async Task A_client_that_starts_the_server_runs_a_plan_in_the_store_of_the_user()
    {
        var cancel = TestContext.Current.CancellationToken;
        var program = Path.Combine(
            AppContext.BaseDirectory, "..", "..", "Aos.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "aos");
        await using var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = Path.GetFullPath(program),
            Arguments = ["--data", Bench.Data, "mcp"],
        }), new McpClientOptions { DiscoverProbeTimeout = Infrastructure.Cli.Patience }, cancellationToken: cancel);

        var result = await client.CallToolAsync("run", JsonSerializer.Deserialize<Dictionary<string, object?>>(
            """{"plan":{"steps":[{"id":"t","skill":"json_transform@1","input":{"data":{"a":1},"expression":"a"}}]}}""")!, cancellationToken: cancel);

        var report = JsonDocument.Parse(((TextContentBlock)result.Content[0]).Text).RootElement;
        Assert.Equal("completed", report.Text("status"));
        Assert.Contains(
            report.Text("run_id"), (await Bench.AosAsync("runs", "--json")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Theory, InlineData(null), InlineData("2025-11-25")]
    public async Task The_person_at_the_client_is_asked_where_that_was_allowed_and_the_agent_never_decides(
        string? protocol)
    {
        var asked = new List<string>();
        var plan = """{"plan":{"steps":[{"id":"t","skill":"json_transform@1","input":{"data":{"a":1},"expression":"a"},"approval":{"role":"finance"}}]}}""";
        Assert.Equal("waiting", (await RunAsync(protocol, asked, plan)).Text("status"));
        Assert.Empty(asked);

        var report = await RunAsync(protocol, asked, plan, "--ask");
        Assert.Equal("completed", report.Text("status"));
        Assert.Contains("json_transform", Assert.Single(asked), StringComparison.Ordinal);
        var decided = (await Bench.TraceAsync(report.Text("run_id"))).OfType("approval_decided").Single();
        Assert.Equal(Environment.UserName, decided.Text("data/by"));
    }

    private async Task<JsonElement> RunAsync(string? protocol, List<string> asked, string plan, params string[] more)
    {
        await using var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = Infrastructure.Cli.Binary,
            Arguments = ["--data", Bench.Data, "mcp", .. more],
        }), new McpClientOptions
        {
            ProtocolVersion = protocol,
            DiscoverProbeTimeout = Infrastructure.Cli.Patience,
            Handlers = new McpClientHandlers
            {
                ElicitationHandler = (question, _) =>
                {
                    asked.Add(question!.Message);
                    return ValueTask.FromResult(new ElicitResult
                    {
                        Action = "accept",
                        Content = new Dictionary<string, JsonElement>
                        {
                            ["decision"] = JsonSerializer.SerializeToElement("approve")
                        },
                    });
                },
            },
        }, cancellationToken: TestContext.Current.CancellationToken);
        var result = await client.CallToolAsync(
            "run", JsonSerializer.Deserialize<Dictionary<string, object?>>(plan)!,
            cancellationToken: TestContext.Current.CancellationToken);
        return JsonDocument.Parse(((TextContentBlock)result.Content[0]).Text).RootElement;
    }
}
