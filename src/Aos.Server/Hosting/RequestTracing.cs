using System.Diagnostics;
using Aos.Server.Api;
using Aos.Server.Settings;

namespace Aos.Server.Hosting;

/// <summary>The spans of requests, by the HTTP conventions of OpenTelemetry: the route, never the address that was
/// asked for.</summary>
internal static class RequestTracing
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Aos.Server";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a request, as the current one; null where nobody listens.</summary>
    public static Activity? Begin(HttpContext http, Operation operation, ServerSettings settings)
    {
        // What the framework began tells nobody anything, and would be taken for the trace of the request.
        Activity.Current = null;
        if (!Source.HasListeners()) return null;
        var parent = settings.TraceCallers
            && ActivityContext.TryParse(
                http.Request.Headers.TraceParent, traceState: null, isRemote: true, out var caller)
            ? caller : default;
        return Source.StartActivity($"{operation.Method} {operation.Path}", ActivityKind.Server, parent)?
            .SetTag("http.request.method", operation.Method).SetTag("http.route", operation.Path)
            .SetTag("aos.operation", operation.Id);
    }

    /// <summary>Says how a request was answered.</summary>
    public static void Answered(Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= 500) span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString());
    }

    /// <summary>The trace that a run belongs to which the request begins; null where the current span says it, or the
    /// caller is in none.</summary>
    public static string? ParentOf(HttpContext http, ServerSettings settings) =>
        settings.TraceCallers && Activity.Current is not { Recorded: true }
            && http.Request.Headers.TraceParent is [{ } header] ? header : null;
}
