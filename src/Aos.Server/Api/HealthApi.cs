using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Runtime.Access;
using Aos.Server.Hosting;

namespace Aos.Server.Api;

/// <summary>Whether the server lives, and whether it can take work.</summary>
internal static class HealthApi
{
    public static IEnumerable<Operation> All =>
    [
        new() { Id = "health", Method = "GET", Path = "/health", Tag = "server", Right = null, Result = "server_status",
            Summary = "Whether the server lives.", Answer = _ => Task.FromResult(Status("ok", 200)) },
        new() { Id = "ready", Method = "GET", Path = "/ready", Tag = "server", Right = null, Result = "server_status",
            Summary = "Whether the server can take work: 503 while it drains or its store does not answer.",
            Answer = ReadyAsync },
        new() { Id = "metrics", Method = "GET", Path = "/metrics", Tag = "server", Right = Rights.MetricsRead,
            Produces = "text/plain",
            Summary = "What the server does, for Prometheus.", Answer = ScrapeAsync },
        new() { Id = "openapi", Method = "GET", Path = "/openapi/v1.json", Tag = "server", Right = null,
            Summary = "This description.",
            Produces = "application/json", Answer = _ =>
                Task.FromResult<Reply>(new Reply.Json(OpenApi.OpenApiDocument.Utf8)) },
    ];

    private static async Task<Reply> ReadyAsync(Call call)
    {
        if (call.Server.IsDraining) return Status("draining", 503);
        if (call.Server.Runtime.Failure is not null) return Status("unavailable", 503);
        var listed =
            await call.Server.Runtime.ListRunsAsync(new RunFilter { Limit = 1 }, call.Cancel).ConfigureAwait(false);
        return listed.Succeeded ? Status("ok", 200) : Status("unavailable", 503);
    }

    // Of the whole server, and so for its own people only.
    private static Task<Reply> ScrapeAsync(Call call) => call.Caller.Tenant == call.Server.Settings.Tenant
        ? Task.FromResult<Reply>(new Reply.Stream((response, _) => call.Server.Scrape(response.HttpContext)))
        : throw call.Refuse(
            ErrorCodes.UnknownResource,
            $"Metrics are those of the server, and belong to tenant '{call.Server.Settings.Tenant}'.");

    private static Reply Status(string status, int code) =>
        Reply.Ok(new ServerStatus { Status = status, Version = ServerParts.Version }, code);
}
