using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Aos.Server.Auth;

/// <summary>What browsers are told that a page which may call the server may send and read (CORS). Which pages those
/// are,
/// <see cref="HostGuard"/> has said before; a page still needs a key.</summary>
internal static class CrossOrigin
{
    public static void Policy(CorsPolicyBuilder policy) => policy
        .SetIsOriginAllowed(_ => true)
        .WithMethods("GET", "POST", "PUT", "DELETE")
        .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID",
            "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "traceparent")
        .WithExposedHeaders("ETag", "Location", "Retry-After", "WWW-Authenticate")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10));
}
