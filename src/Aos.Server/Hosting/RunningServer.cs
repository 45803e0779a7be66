using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Planning;
using Aos.Runtime.Secrets;
using Aos.Runtime.Skills;
using Aos.Runtime.Telemetry;
using Aos.Runtime.Webhooks;
using Aos.Server.Api;
using Aos.Server.Auth;
using Aos.Server.Mcp;
using Aos.Server.OpenApi;
using Aos.Server.Settings;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;
using Aos.Skills.Standard.Llm;
using Aos.Skills.Standard.Planning;
using Aos.Storage.Postgres;
using Aos.Storage.Sqlite;

namespace Aos.Server.Hosting;

/// <summary>A server that listens. Disposing drains it first.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IStore _store;
    private readonly OwnedParts _owned;

    private RunningServer(WebApplication app, ServerParts parts, IStore store, OwnedParts owned) =>
        (_app, Parts, _store, _owned) = (app, parts, store, owned);

    public ServerParts Parts { get; }

    /// <summary>Where it listens, with the ports that it was given.</summary>
    public IReadOnlyList<string> Addresses => [.. _app.Urls];

    /// <summary>Opens the store and begins to listen.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<RunningServer> StartAsync(
        ServerSettings settings, TimeProvider time, CancellationToken cancel)
    {
        var files = DataFiles.Read(settings.Data);
        var store = await OpenAsync(settings, time, cancel).ConfigureAwait(false);
        var skills = OwnedParts.Make(settings, time);
        var app = default(WebApplication);
        try
        {
            var builder = Prepare(settings);
            builder.Services.AddSingleton(services => Assemble(settings, files, store, skills, time, services));
            builder.Services.AddSingleton(services => new Authenticator(services.GetRequiredService<ServerParts>().Keys,
                settings.OidcAuthority is { } authority ? new OidcTokens(settings, authority) : null));
            builder.Services.AddSingleton<Gateway>();
            builder.Services.AddSingleton<ServerMetrics>();
            builder.Services.AddSingleton<RuntimeMetrics>();
            Telemetry.Add(builder.Services, builder.Logging, settings);
            McpHost.Add(builder.Services);
            builder.Services.AddHostedService<Sampler>();
            builder.Services.AddHostedService<Adoption>();
            builder.Services.AddHostedService<WebhookService>();
            app = builder.Build();
            Map(app, settings);
            var parts = app.Services.GetRequiredService<ServerParts>();
            if (!settings.IsLoopback && settings.OidcAuthority is null && !settings.NewAdminKey
                && !await parts.Keys.AnyAsync(cancel).ConfigureAwait(false))
                throw new IOException("The server can be reached from other machines at the addresses of 'listen', "
                    + "and nobody has a key yet. Make one first (`aos keys create --role admin`, or --new-admin-key "
                    + "here), or name an issuer (oidc_authority).");
            // Before anything runs: what happens from then on is announced.
            await parts.Dispatcher.RefreshAsync(cancel).ConfigureAwait(false);
            await app.StartAsync(cancel).ConfigureAwait(false);
            return new RunningServer(app, parts, store, skills);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync().ConfigureAwait(false);
            skills.Dispose();
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends when the process is asked to end and the server has drained.</summary>
    public Task WaitAsync(CancellationToken cancel) => _app.WaitForShutdownAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await Parts.Runtime.DisposeAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        _owned.Dispose();
    }

    /// <summary>Opens the store that the settings name.</summary>
    public static async ValueTask<IStore> OpenAsync(
        ServerSettings settings, TimeProvider time, CancellationToken cancel) =>
        settings.Store is { } address
            ? await PostgresStore.OpenAsync(new PostgresStoreOptions
            {
                ConnectionString = PostgresAddress.ConnectionString(address),
                Schema = settings.StoreSchema,
            }, time, cancel).ConfigureAwait(false)
            : await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = settings.Data }, time, cancel)
                .ConfigureAwait(false);

    /// <summary>Logs to standard error: standard output is for answers.</summary>
    public static void Log(ILoggingBuilder logging, ServerSettings settings)
    {
        // The SDK of the Model Context Protocol reports every mistake of a client with a stack; what is a defect,
        // McpHost reports.
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("ModelContextProtocol", LogLevel.Critical)
            // That a start failed is told to whoever started; what else it knows of is a service that ends, which is
            // critical.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Configure(
            options => options.ActivityTrackingOptions =
                ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (settings.LogJson)
            logging.AddJsonConsole(options => (options.UseUtcTimestamp, options.IncludeScopes) = (true, true));
        else
            logging.AddSimpleConsole(
                options => (options.SingleLine, options.UseUtcTimestamp, options.TimestampFormat) =
                    (true, true, "HH:mm:ss "));
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static WebApplicationBuilder Prepare(ServerSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Log(builder.Logging, settings);
        builder.Services.Configure<HostOptions>(
            options => options.ShutdownTimeout = TimeSpan.FromSeconds(settings.DrainSeconds + 10));
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var limits = kestrel.Limits;
            limits.MaxRequestBodySize = settings.BodyBytesMax;
            limits.MaxRequestHeadersTotalSize = 32 * 1024;
            limits.MaxRequestHeaderCount = 64;
            limits.MaxRequestLineSize = 8 * 1024;
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(settings.HeadersSeconds);
            limits.KeepAliveTimeout = TimeSpan.FromSeconds(settings.KeepAliveSeconds);
            limits.MinRequestBodyDataRate = limits.MinResponseDataRate = settings.BytesPerSecondMin == 0 ? null
                : new(settings.BytesPerSecondMin, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MaxConcurrentConnections = settings.ConnectionsMax > 0
                ? settings.ConnectionsMax : (long)settings.RequestsMax + settings.StreamsMax;
            // Without TLS there is no HTTP/2 to agree on: a connection carries one request at a time.
            kestrel.ConfigureEndpointDefaults(
                endpoint => endpoint.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        });
        builder.WebHost.UseUrls([.. settings.Listen.Select(address => address.GetLeftPart(UriPartial.Authority))]);
        return builder;
    }

    /// <summary>Puts together what every request shares.</summary>
    public static ServerParts Assemble(
        ServerSettings settings, DataFiles files, IStore store, OwnedParts owned, TimeProvider time,
        IServiceProvider services)
    {
        var records = (IRecordStore)store;
        var metrics = services.GetRequiredService<ServerMetrics>();
        var secrets = SecretProviders.Standard(Path.Combine(settings.Data, "secrets"));
        var skills = SkillRegistry.Create([owned.Http, new JsonTransformSkill(), owned.Llm]);
        var webhooks = new WebhookShelf(records, time);
        var dispatcher =
            new WebhookDispatcher(webhooks, owned.Webhooks, secrets, settings.Tenant, time, settings.Webhooks,
            services.GetRequiredService<ILogger<WebhookDispatcher>>())
            { Counted = metrics.Tried };
        metrics.Watch(() => dispatcher.Pending);
        var runtime = new AosRuntime(new AosRuntimeParts
        {
            Store = store,
            Skills = skills,
            Planners = [BuiltInRules.Planner, .. owned.Planners.All],
            Secrets = secrets,
            Announces = dispatcher.Announces,
            Catalog = files.Catalog,
            Prices = files.Prices is { } own ? PriceTable.BuiltIn.Under(own) : null,
            Policies = files.Policies,
            Time = time,
            Logger = services.GetRequiredService<ILogger<AosRuntime>>(),
            Tenant = new TenantProfile { TenantId = settings.Tenant },
            Metrics = services.GetRequiredService<RuntimeMetrics>(),
            TraceContents = settings.TraceContents,
        });
        if (files.Tenant is { } limits)
            runtime.PutTenant(limits with { TenantId = limits.TenantId ?? settings.Tenant });
        return new ServerParts
        {
            Settings = settings,
            Store = store,
            Runtime = runtime,
            Skills = skills,
            Rules = new Rulebook(
                files, new DocumentShelf<Policy>(records, "policy"),
                new DocumentShelf<TenantProfile>(records, "tenant"), runtime, time),
            Keys = new ApiKeys(records, time),
            Agents = new DocumentShelf<AgentProfile>(records, AgentProfiles.Kind),
            Audit = new AuditLog(records, time),
            Webhooks = webhooks,
            Dispatcher = dispatcher,
            Metrics = metrics,
            Time = time,
            Closing = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        };
    }

    private static void Map(WebApplication app, ServerSettings settings)
    {
        var guard = new HostGuard(settings);
        var gateway = app.Services.GetRequiredService<Gateway>();
        app.Use(async (http, next) =>
        {
            if (guard.Refuse(http.Request) is { } why)
                await Problems.WriteAsync(http, gateway.Refuse(ErrorCodes.PermissionDenied, why)).ConfigureAwait(false);
            else await next(http).ConfigureAwait(false);
            // Routing answers a wrong method by itself, and says nothing more.
            if (http.Response is { StatusCode: 405, HasStarted: false })
                await Problems.WriteAsync(http, gateway.Refuse(ErrorCodes.UnknownResource,
                    $"{http.Request.Path} takes {http.Response.Headers.Allow}, not {http.Request.Method}."), 405)
                        .ConfigureAwait(false);
        });
        app.UseCors(CrossOrigin.Policy);
        app.Services.GetRequiredService<ServerParts>().Scrape =
            ((IApplicationBuilder)app).New().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
        app.UseRouting();
        foreach (var operation in Catalogue.Operations)
            app.MapMethods(
                operation.Path, [operation.Method], (RequestDelegate)(http => gateway.AnswerAsync(http, operation)));
        app.MapMcp(McpHost.Path);
        ReferencePage.Map(app);
        app.Use((http, next) => http.Request.Path.StartsWithSegments(McpHost.Path, StringComparison.OrdinalIgnoreCase)
            ? gateway.GuardAsync(http, McpHost.Operation, next) : next(http));
        app.UseEndpoints(_ => { });
        app.Run(http => Problems.WriteAsync(http, gateway.Refuse(ErrorCodes.UnknownResource,
            $"There is nothing at {http.Request.Path}; `/openapi/v1.json` lists what there is.")));
    }
}

/// <summary>What the server made and ends: what holds connections.</summary>
internal sealed record OwnedParts(
    HttpCallSkill Http, LlmInvokeSkill Llm, ModelPlanners Planners, GuardedHttp Guarded, WebhookSender Webhooks)
        : IDisposable
{
    public static OwnedParts Make(ServerSettings settings, TimeProvider time)
    {
        var guarded = new GuardedHttp();
        return new(new HttpCallSkill(time), new LlmInvokeSkill(time), new ModelPlanners(time), guarded,
            new WebhookSender(guarded, ValueList.From(settings.WebhookNetwork), time));
    }

    public void Dispose()
    {
        Webhooks.Dispose();
        Guarded.Dispose();
        Http.Dispose();
        Llm.Dispose();
        Planners.Dispose();
    }
}
