using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Aos.Skills.Standard.Mcp;

/// <summary>What connections are made with.</summary>
internal sealed record McpServices(GuardedHttp Http, McpLimits Limits, TimeProvider Time);

/// <summary>One connection to a server, which calls share. Thread-safe.</summary>
internal sealed class McpConnection : IAsyncDisposable
{
    private static readonly string Version = typeof(McpConnection).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly McpClient _client;
    private readonly ServerProcess? _process;
    private readonly HttpClient? _http;
    private readonly McpServices _services;
    private readonly SemaphoreSlim _listing = new(1);
    private IReadOnlyList<ToolDefinition> _tools = [];
    private long _listedAt;
    private int _isListOld = 1;
    private int _isDoubtful;
    private int _isBroken;
    private int _inUse;
    private long _calls;

    private McpConnection(McpClient client, ServerProcess? process, HttpClient? http, McpServices services)
    {
        (_client, _process, _http, _services) = (client, process, http, services);
        _client.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) =>
        {
            Interlocked.Exchange(ref _isListOld, 1);
            return default;
        });
    }

    /// <summary>The name and version by which the server introduced itself.</summary>
    public (string? Name, string? Version) Server => (_client.ServerInfo?.Name, _client.ServerInfo?.Version);

    /// <summary>Whether calls can be made.</summary>
    public bool IsAlive =>
        Volatile.Read(ref _isBroken) == 0 && !_client.Completion.IsCompleted && _process is not { HasExited: true };

    /// <summary>Whether a call is in flight.</summary>
    public bool IsInUse => Volatile.Read(ref _inUse) > 0;

    /// <summary>When it was last used, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long UsedAt { get; private set; }

    /// <summary>Whether the last message was longer than allowed.</summary>
    public bool IsTooLong => _process?.Output.IsTooLong == true;

    /// <summary>How the server's process ended, and its last words; null where it is none of ours.</summary>
    public async ValueTask<string?> FateAsync() =>
        _process is null ? null : await _process.FateAsync().ConfigureAwait(false);

    /// <summary>Makes a connection.</summary>
    /// <param name="server">How.</param>
    /// <param name="values">The values of its variables or headers, with the secrets in them.</param>
    /// <param name="network">What may be reached.</param>
    /// <param name="services">What it is made with.</param>
    /// <param name="cancel">Ends the wait, and the process.</param>
    /// <exception cref="McpUnavailableException">It cannot be made.</exception>
    public static async Task<McpConnection> OpenAsync(McpServerSpec server, IReadOnlyDictionary<string, string> values,
        ValueList<string> network, McpServices services, CancellationToken cancel)
    {
        var process = server.Command is null ? null
            : ServerProcess.Start(server, ServerEnvironment.Of(values), services.Limits, services.Time);
        var http = process is null
            ? new HttpClient(services.Http.HandlerFor(network, services.Limits.MessageBytesMax))
            {
                Timeout = Timeout.InfiniteTimeSpan
            } : null;
        try
        {
            IClientTransport transport = process is not null
                ? new StreamClientTransport(process.Input, process.Output)
                : new HttpClientTransport(OptionsFor(server, values), http!, ownsHttpClient: false);
            var client = await McpClient.CreateAsync(transport, new McpClientOptions
            {
                ClientInfo = new Implementation { Name = "aos", Version = Version },
                InitializationTimeout =
                    TimeSpan.FromMilliseconds(server.ConnectTimeoutMs ?? McpServerSpec.DefaultConnectTimeoutMs),
            }, loggerFactory: null, cancel).ConfigureAwait(false);
            return new McpConnection(client, process, http, services);
        }
        catch (Exception failure)
            when (McpFailures.IsOfServers(failure) || failure is OperationCanceledException or TimeoutException)
        {
            var fate = process is null || failure is OperationCanceledException
                ? null : await process.FateAsync().ConfigureAwait(false);
            http?.Dispose();
            if (process is not null) await process.DisposeAsync().ConfigureAwait(false);
            if (failure is OperationCanceledException) throw;
            throw McpFailures.Unavailable(failure, server, fate);
        }
    }

    /// <summary>The tools, as the server lists them now: asked again where the list is old.</summary>
    /// <exception cref="Exception">As <see cref="CallAsync"/>.</exception>
    public async ValueTask<IReadOnlyList<ToolDefinition>> ListAsync(CancellationToken cancel)
    {
        await _listing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var isOld = Interlocked.Exchange(ref _isListOld, 0) == 1
                || _services.Time.GetElapsedTime(_listedAt) > _services.Limits.ListAge;
            if (!isOld) return _tools;
            try
            {
                _tools = await ReadToolsAsync(cancel).ConfigureAwait(false);
            }
            catch
            {
                Interlocked.Exchange(ref _isListOld, 1);
                throw;
            }
            _listedAt = _services.Time.GetTimestamp();
            return _tools;
        }
        finally
        {
            _listing.Release();
        }
    }

    /// <summary>Calls a tool.</summary>
    /// <param name="tool">Its name on the server.</param>
    /// <param name="input">An object.</param>
    /// <param name="key">The key that names the call, the same for each try; sent beside the input.</param>
    /// <param name="cancel">Ends the wait, and tells the server to stop.</param>
    /// <exception cref="Exception">What <see cref="McpFailures"/> describes.</exception>
    public async ValueTask<CallToolResult> CallAsync(
        string tool, JsonElement input, string key, CancellationToken cancel)
    {
        // The client does not tell a server that a call was given up; whoever chose the number of the call can.
        var request = new JsonRpcRequest
        {
            Id = new RequestId($"aos-{Interlocked.Increment(ref _calls)}"),
            Method = RequestMethods.ToolsCall,
            Params = JsonSerializer.SerializeToNode(new CallToolRequestParams
            {
                Name = tool,
                Arguments = input.EnumerateObject()
                    .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal),
                Meta = new JsonObject { ["aos.dev/idempotency-key"] = key },
            }, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(CallToolRequestParams))),
        };
        Interlocked.Increment(ref _inUse);
        try
        {
            var response = await _client.SendRequestAsync(request, cancel).ConfigureAwait(false);
            return (CallToolResult?)response.Result.Deserialize(
                McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(CallToolResult)))
                ?? throw new JsonException("The server answered with null.");
        }
        catch (OperationCanceledException)
        {
            // A server that does not answer may never answer again.
            Interlocked.Exchange(ref _isDoubtful, 1);
            await TellToStopAsync(request.Id).ConfigureAwait(false);
            throw;
        }
        finally
        {
            UsedAt = _services.Time.GetTimestamp();
            Interlocked.Decrement(ref _inUse);
        }
    }

    private async ValueTask TellToStopAsync(RequestId call)
    {
        using var patience = new CancellationTokenSource(_services.Limits.CancelPatience, _services.Time);
        try
        {
            await _client.SendMessageAsync(new JsonRpcNotification
            {
                Method = NotificationMethods.CancelledNotification,
                Params = JsonSerializer.SerializeToNode(new CancelledNotificationParams { RequestId = call },
                    McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(CancelledNotificationParams))),
            }, patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (McpFailures.IsOfServers(failure) || failure is OperationCanceledException)
        {
            // It is asked whether it still answers before it is called again.
        }
    }

    /// <summary>Whether the server still answers; asked only after a call of it was given up.</summary>
    public async ValueTask<bool> AnswersAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref _isDoubtful) == 0) return true;
        using var patience = new CancellationTokenSource(_services.Limits.PingPatience, _services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            // Not a ping, which the newest protocol no longer has: every server with tools lists them.
            await _client.ListToolsAsync(new ListToolsRequestParams(), both.Token).ConfigureAwait(false);
            Interlocked.Exchange(ref _isDoubtful, 0);
            return true;
        }
        catch (Exception failure) when (McpFailures.IsOfServers(failure)
            || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            Break();
            return false;
        }
    }

    /// <summary>Makes no further calls by it.</summary>
    public void Break() => Interlocked.Exchange(ref _isBroken, 1);

    public async ValueTask DisposeAsync()
    {
        Break();
        // The client waits for its reader, which reads until the process ends.
        if (_process is not null) await _process.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (McpFailures.IsOfServers(failure) || failure is OperationCanceledException)
        {
            // A server that cannot be told that the connection ends finds out by itself.
        }
        _http?.Dispose();
        _listing.Dispose();
    }

    private async ValueTask<IReadOnlyList<ToolDefinition>> ReadToolsAsync(CancellationToken cancel)
    {
        var tools = new List<ToolDefinition>();
        string? cursor = null;
        for (var page = 0; ; page++)
        {
            var listed = await _client.ListToolsAsync(new ListToolsRequestParams { Cursor = cursor }, cancel)
                .ConfigureAwait(false);
            foreach (var tool in listed.Tools)
                tools.Add(
                    ToolDefinition.Of(
                        tool.Name, tool.Description, tool.InputSchema, tool.OutputSchema, HintsOf(tool.Annotations)));
            if (tools.Count > _services.Limits.ToolsMax || page >= _services.Limits.PagesMax)
                throw new McpUnavailableException($"The server lists more than {_services.Limits.ToolsMax} tools, or "
                    + $"lists them on more than {_services.Limits.PagesMax} pages.",
                    code: ErrorCodes.ResponseTooLarge);
            if (listed.NextCursor is not { Length: > 0 } next) return tools;
            cursor = next;
        }
    }

    private static JsonElement? HintsOf(ToolAnnotations? hints) => hints is null ? null
        : JsonSerializer.SerializeToElement(
            hints, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ToolAnnotations)));

    private static HttpClientTransportOptions OptionsFor(
        McpServerSpec server, IReadOnlyDictionary<string, string> values) => new()
        {
            Endpoint = server.Url!,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = values.ToDictionary(StringComparer.Ordinal),
            // What a server says unasked is heard while a call is open; the list of tools is read again when it is old.
            EnableStandaloneGetStream = false,
            // Whether a call is tried again is the kernel's to say.
            MaxReconnectionAttempts = 0,
        };
}
