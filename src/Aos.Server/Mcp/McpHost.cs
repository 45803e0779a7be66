using Aos.Contracts.Api;
using Aos.Server.Api;
using Aos.Server.Hosting;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Aos.Server.Mcp;

/// <summary>The Model Context Protocol beside REST: the same callers, rights, limits and outcomes.</summary>
internal static class McpHost
{
    /// <summary>Where it is.</summary>
    public const string Path = "/mcp";

    /// <summary>What the gateway knows of it.</summary>
    public static Operation Operation { get; } = new()
    {
        Id = "mcp",
        Method = "POST",
        Path = Path,
        Tag = "mcp",
        Summary = "The Model Context Protocol.",
        Right = "",
        Answer = _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What the server says of itself.</summary>
    public static void Describe(McpServerOptions options)
    {
        options.ServerInfo = new Implementation { Name = "aos", Title = "AOS", Version = ServerParts.Version };
        options.ServerInstructions = "Runs goals and plans of skills durably, within budgets and policies. Simulate before you run; a refusal names what to "
            + "do next. A run that waits for approval is decided by a person, not by a tool.";
        options.Capabilities = new ServerCapabilities { Tools = new ToolsCapability() };
    }

    /// <summary>Streamable HTTP. Nothing is kept between requests, so that any server of a store answers any of them.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddMcpServer(Describe)
            .WithHttpTransport(options => options.Stateless = true)
            .WithListToolsHandler(async (request, cancel) => new ListToolsResult { Tools = await ToolsOf(request.Services!, cancel).ListAsync().ConfigureAwait(false) })
            .WithCallToolHandler(async (request, cancel) =>
                await ToolsOf(request.Services!, cancel).CallAsync(request.Params!.Name, request.Params.Arguments).ConfigureAwait(false));
    }

    private static McpTools ToolsOf(IServiceProvider services, CancellationToken cancel)
    {
        var http = services.GetRequiredService<IHttpContextAccessor>().HttpContext!;
        var caller = (Caller)http.Items[typeof(Caller)]!;
        var server = services.GetRequiredService<ServerParts>();
        return new McpTools(new Acting(caller, server, cancel) { TraceParent = RequestTracing.ParentOf(http, server.Settings) },
            http.Request.Query["agent_id"] is [{ Length: > 0 } agent] ? agent : null);
    }
}
