using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Server.Api;
using Aos.Server.Hosting;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Aos.Server.Mcp;

/// <summary>The Model Context Protocol beside REST: the same callers, rights, limits and outcomes.</summary>
internal static partial class McpHost
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
        options.ServerInstructions = "Runs goals and plans of skills durably, within budgets and policies. Simulate "
            + "before you run; a refusal names what to do next. A run that waits for approval is decided by a "
            + "person, never by you.";
        options.Capabilities = new ServerCapabilities { Tools = new ToolsCapability() };
    }

    /// <summary>Streamable HTTP. Nothing is kept between requests, so that any server of a store answers any of
    /// them.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddMcpServer(Describe)
            .WithHttpTransport(options => options.Stateless = true)
            .WithListToolsHandler((request, cancel) => GuardAsync(request.Services!, async () =>
                new ListToolsResult
                {
                    Tools = await ToolsOf(request.Services!, call: null, cancel).ListAsync().ConfigureAwait(false)
                }))
            .WithCallToolHandler((request, cancel) => GuardAsync(request.Services!, () =>
                ToolsOf(request.Services!, request, cancel).CallAsync(request.Params)));
    }

    /// <summary>Answers a request. What a tool refuses has its own answer, and any other mistake of the client the
    /// protocol's; what is left is a defect, which is told to the log alone.</summary>
    public static async ValueTask<T> GuardAsync<T>(IServiceProvider services, Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (ApiRefusal refusal)
        {
            throw new McpProtocolException(refusal.Message, refusal, McpErrorCode.InvalidParams);
        }
        catch (Exception defect)
            when (defect is not (McpException or InputRequiredException or OperationCanceledException))
        {
            LogDefect(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(McpHost)), defect);
            throw new McpProtocolException(
                defect is StoreException store ? store.Message : "A defect of the server; its log has it.", defect,
                McpErrorCode.InternalError);
        }
    }

    private static McpTools ToolsOf(
        IServiceProvider services, RequestContext<CallToolRequestParams>? call, CancellationToken cancel)
    {
        var http = services.GetRequiredService<IHttpContextAccessor>().HttpContext!;
        var caller = (Caller)http.Items[typeof(Caller)]!;
        var server = services.GetRequiredService<ServerParts>();
        var acting =
            new Acting(caller, server, cancel) { TraceParent = RequestTracing.ParentOf(http, server.Settings) };
        return new McpTools(
            acting, AgentOf(http.Request, acting), call is null ? null : new McpPerson(acting, call, isOwner: false),
            call is null ? null : new McpProgress(acting, call));
    }

    // Who acts is never a guess: an empty name is a mistake, and so are two.
    private static string? AgentOf(HttpRequest request, Acting acting) => request.Query["agent_id"] switch
    {
        [] => null,
        [{ Length: > 0 } agent] => agent,
        _ => throw acting.Refuse(ErrorCodes.InvalidArgument, "agent_id names one profile, or is left out."),
    };

    [LoggerMessage(EventId = 3301, Level = LogLevel.Error, Message = "A request of the Model Context Protocol failed")]
    private static partial void LogDefect(ILogger logger, Exception defect);
}
