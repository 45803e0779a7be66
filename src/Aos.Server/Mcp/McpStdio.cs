using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Planning;
using Aos.Server.Api;
using Aos.Server.Hosting;
using Aos.Server.Settings;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Aos.Server.Mcp;

/// <summary><c>aos mcp</c>: the Model Context Protocol on standard input and output, for a client that starts the
/// server itself. It listens nowhere; whoever can start it owns the store.</summary>
internal static class McpStdio
{
    /// <summary>Answers until standard input ends, and lets calls in flight come back.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="profileFile">The profile that acts where a call names none; null: the built-in one.</param>
    /// <param name="asksOwner">Whether the person at the client is asked about calls that need approval.</param>
    /// <param name="cancel">Ends the server.</param>
    /// <exception cref="IOException">A file cannot be read or breaks a rule.</exception>
    /// <exception cref="Abstractions.Storage.StoreException">The store cannot be opened.</exception>
    public static async Task RunAsync(
        ServerSettings settings, string? profileFile, bool asksOwner, CancellationToken cancel)
    {
        var profile = profileFile is null ? null : Read(profileFile);
        var files = DataFiles.Read(settings.Data);
        var store = await RunningServer.OpenAsync(settings, TimeProvider.System, cancel).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        using var owned = OwnedParts.Make(settings, TimeProvider.System);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        RunningServer.Log(builder.Logging, settings);
        builder.Services.AddSingleton(
            services => RunningServer.Assemble(settings, files, store, owned, TimeProvider.System, services));
        builder.Services.AddSingleton<ServerMetrics>().AddSingleton<Runtime.Telemetry.RuntimeMetrics>();
        builder.Services.AddHostedService<Adoption>();
        var parts = default(ServerParts);
        builder.Services.AddMcpServer(McpHost.Describe).WithStdioServerTransport()
            .WithListToolsHandler((request, stop) => McpHost.GuardAsync(request.Services!, async () =>
                new ListToolsResult
                {
                    Tools =
                        await ToolsOf(parts!, profile, call: null, asksOwner, stop).ListAsync().ConfigureAwait(false)
                }))
            .WithCallToolHandler((request, stop) => McpHost.GuardAsync(request.Services!, async () =>
            {
                await parts!.Rules.EnsureAsync(settings.Tenant, stop).ConfigureAwait(false);
                return await ToolsOf(parts, profile, request, asksOwner, stop).CallAsync(request.Params)
                    .ConfigureAwait(false);
            }));
        using var host = builder.Build();
        parts = host.Services.GetRequiredService<ServerParts>();
        await host.RunAsync(cancel).ConfigureAwait(false);
        await parts.Runtime.DisposeAsync().ConfigureAwait(false);
    }

    // What is at the other end is an agent, whoever started it: it begins runs, and decides on nothing. Who decides is
    // the person who owns the store, in a form that the client shows; only where that was asked for, since not every
    // client shows it.
    private static McpTools ToolsOf(
        ServerParts parts, AgentProfile? profile, RequestContext<CallToolRequestParams>? call, bool asksOwner,
        CancellationToken cancel)
    {
        string[] roles = ["operator"];
        var caller = new Caller
        {
            Subject = $"mcp:{Environment.UserName}",
            Tenant = parts.Settings.Tenant,
            Roles = ValueList.From(roles),
            Permissions = ValueList.From(Rights.Of(roles, [])),
        };
        var acting = new Acting(caller, parts, cancel) { Own = profile };
        return new McpTools(
            acting, agentId: null, call is not null && asksOwner ? new McpPerson(acting, call, isOwner: true) : null,
            call is null ? null : new McpProgress(acting, call));
    }

    // The rules of the profile come before the built-in ones, as for `aos run`.
    private static AgentProfile Read(string file)
    {
        var profile = Require(file, ProfileReader.Read(File.ReadAllBytes(file)));
        if (profile.Planner?.Rules is not PlanningRulesSource.Beside { Path: var beside }) return profile;
        var path = Path.GetFullPath(beside, Path.GetDirectoryName(Path.GetFullPath(file))!);
        return PlanningRulesReader.Inline(profile, Require(path, PlanningRulesReader.Read(File.ReadAllBytes(path))));
    }

    private static T Require<T>(string file, DocumentResult<T> read) where T : class =>
        read.Value ?? throw Broken(file, read.Problems);

    private static IOException Broken(string file, IReadOnlyList<Problem> problems) =>
        new($"'{file}': {problems[0].Pointer}: {problems[0].Message}");
}
