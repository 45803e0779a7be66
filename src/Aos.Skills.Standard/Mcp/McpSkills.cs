using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;

namespace Aos.Skills.Standard.Mcp;

/// <summary>The skills that were imported from MCP servers, and the connections to those. Thread-safe.</summary>
/// <remarks>Reading the imports starts nothing: a server is started or called with the first call of one of its skills.
/// Disposing ends the connections, and the processes with all that they started.</remarks>
public sealed class McpSkills : IAsyncDisposable
{
    private readonly List<McpServer> _servers = [];
    private readonly GuardedHttp _http = new();

    private McpSkills(McpImports imports, IReadOnlyList<McpImport> read, McpLimits limits, TimeProvider time)
    {
        var services = new McpServices(_http, limits, time);
        var suspender = new McpSuspender(imports, time);
        var skills = new List<ISkill>();
        foreach (var import in read)
        {
            var server = new McpServer(import.Server, services);
            _servers.Add(server);
            skills.AddRange(import.Tools.Select(pin => new McpSkill(import, pin, server, suspender)));
        }
        All = skills;
    }

    /// <summary>The skills.</summary>
    public IReadOnlyList<ISkill> All { get; }

    /// <summary>Reads the imports of a data folder.</summary>
    /// <param name="imports">The folder.</param>
    /// <param name="time">Measures how long servers take.</param>
    /// <exception cref="McpImportException">An import cannot be read, or was edited.</exception>
    public static McpSkills Read(McpImports imports, TimeProvider time) => Read(imports, new McpLimits(), time);

    internal static McpSkills Read(McpImports imports, McpLimits limits, TimeProvider time) =>
        new(imports, imports.ReadAll(), limits, time);

    /// <summary>Ends the connections and the servers that were started.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask())).ConfigureAwait(false);
        _http.Dispose();
    }
}

/// <summary>What a server offers.</summary>
/// <param name="ServerName">The name by which it introduced itself.</param>
/// <param name="ServerVersion">The version that it named.</param>
/// <param name="Tools">Its tools, in its order.</param>
public sealed record McpOffer(string? ServerName, string? ServerVersion, IReadOnlyList<ToolDefinition> Tools)
{
    /// <summary>Asks a server what it offers, for the operator: nothing is called.</summary>
    /// <param name="server">How it is reached.</param>
    /// <param name="secrets">Gives the secrets that it needs.</param>
    /// <param name="network">What may be reached.</param>
    /// <param name="time">Measures how long it takes.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="McpImportException">It cannot be asked.</exception>
    public static async ValueTask<McpOffer> AskAsync(
        McpServerSpec server, ISecretResolver secrets, ValueList<string> network, TimeProvider time,
        CancellationToken cancel)
    {
        using var http = new GuardedHttp();
        var one = new McpServer(server, new McpServices(http, new McpLimits(), time));
        await using var _ = one.ConfigureAwait(false);
        var (values, failure) = await one.ResolveAsync(secrets, cancel).ConfigureAwait(false);
        if (values is null) throw new McpImportException(failure!.Code, failure.Message!);
        try
        {
            var call = new SkillCall
            {
                Input = Payload.Empty,
                IdempotencyKey = "",
                Effect = Contracts.Skills.EffectClass.Read,
                Timeout = TimeSpan.MaxValue,
                Network = network,
            };
            var connection = await one.ConnectAsync(call, values, cancel).ConfigureAwait(false);
            var tools = await connection.ListAsync(cancel).ConfigureAwait(false);
            return new McpOffer(connection.Server.Name, connection.Server.Version, tools);
        }
        catch (Exception error) when (McpFailures.IsOfServers(error))
        {
            var known = McpFailures.Unavailable(error, server, fate: null);
            throw new McpImportException(
                known.Code, Clean(server, values, known.Why is null ? known.Message : $"{known.Message} {known.Why}"));
        }
    }

    // The last words of a server may hold what it was given.
    private static string Clean(McpServerSpec server, IReadOnlyDictionary<string, string> values, string message)
    {
        foreach (var (name, value) in server.Values)
            if (value.Secret is { } secret && values[name][(value.Prefix?.Length ?? 0)..] is { Length: > 0 } text)
                message = message.Replace(text, $"[secret:{secret}]", StringComparison.Ordinal);
        return message;
    }
}
