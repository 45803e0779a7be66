using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Server.Api;
using Aos.Server.Hosting;
using Aos.Server.Settings;
using ModelContextProtocol.Protocol;

namespace Aos.Server.Mcp;

/// <summary><c>aos mcp</c>: the Model Context Protocol on standard input and output, for a client that starts the server
/// itself. It listens nowhere; whoever can start it owns the store.</summary>
internal static class McpStdio
{
    /// <summary>Answers until standard input ends, and lets calls in flight come back.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="profileFile">The profile that acts where a call names none; null: the built-in one.</param>
    /// <param name="cancel">Ends the server.</param>
    /// <exception cref="IOException">A file cannot be read or breaks a rule.</exception>
    /// <exception cref="Abstractions.Storage.StoreException">The store cannot be opened.</exception>
    public static async Task RunAsync(ServerSettings settings, string? profileFile, CancellationToken cancel)
    {
        var profile = profileFile is null ? null : Read(profileFile);
        var files = DataFiles.Read(settings.Data);
        var store = await RunningServer.OpenAsync(settings, TimeProvider.System, cancel).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        using var owned = OwnedParts.Make(TimeProvider.System);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        RunningServer.Log(builder.Logging, settings);
        builder.Services.AddSingleton(services => RunningServer.Assemble(settings, files, store, owned, TimeProvider.System, services));
        builder.Services.AddSingleton<ServerMetrics>().AddSingleton<Runtime.Telemetry.RuntimeMetrics>();
        builder.Services.AddHostedService<Adoption>();
        var parts = default(ServerParts);
        builder.Services.AddMcpServer(McpHost.Describe).WithStdioServerTransport()
            .WithListToolsHandler(async (_, stop) => new ListToolsResult { Tools = await ToolsOf(parts!, profile, stop).ListAsync().ConfigureAwait(false) })
            .WithCallToolHandler(async (request, stop) =>
            {
                await parts!.Rules.EnsureAsync(settings.Tenant, stop).ConfigureAwait(false);
                return await ToolsOf(parts, profile, stop).CallAsync(request.Params!.Name, request.Params.Arguments).ConfigureAwait(false);
            });
        using var host = builder.Build();
        parts = host.Services.GetRequiredService<ServerParts>();
        await host.RunAsync(cancel).ConfigureAwait(false);
        await parts.Runtime.DisposeAsync().ConfigureAwait(false);
    }

    // What is at the other end is an agent, whoever started it: it begins runs, and decides on nothing.
    private static McpTools ToolsOf(ServerParts parts, AgentProfile? profile, CancellationToken cancel)
    {
        string[] roles = ["operator"];
        var caller = new Caller
        {
            Subject = $"mcp:{Environment.UserName}",
            Tenant = parts.Settings.Tenant,
            Roles = ValueList.From(roles),
            Permissions = ValueList.From(Rights.Of(roles, [])),
        };
        return new McpTools(new Acting(caller, parts, cancel) { Own = profile }, agentId: null);
    }

    private static AgentProfile Read(string file)
    {
        var read = ProfileReader.Read(File.ReadAllBytes(file));
        return read.Value ?? throw new IOException($"'{file}': {read.Problems[0].Pointer}: {read.Problems[0].Message}");
    }
}
