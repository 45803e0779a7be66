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
        var program = Path.Combine(AppContext.BaseDirectory, "..", "..", "Aos.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "aos");
        await using var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = Path.GetFullPath(program),
            Arguments = ["--data", Bench.Data, "mcp"],
        }), cancellationToken: cancel);

        var result = await client.CallToolAsync("run", JsonSerializer.Deserialize<Dictionary<string, object?>>(
            """{"plan":{"steps":[{"id":"t","skill":"json_transform@1","input":{"data":{"a":1},"expression":"a"}}]}}""")!, cancellationToken: cancel);

        var report = JsonDocument.Parse(((TextContentBlock)result.Content[0]).Text).RootElement;
        Assert.Equal("completed", report.Text("status"));
        Assert.Contains(report.Text("run_id"), (await Bench.AosAsync("runs", "--json")).Exits(0).Out, StringComparison.Ordinal);
    }
}
