using Scalar.AspNetCore;

namespace Aos.Server.OpenApi;

/// <summary>The description of the API as a page for people. All that it loads comes from this server, and its policy
/// lets nothing else in.</summary>
internal static class ReferencePage
{
    /// <summary>Where it is.</summary>
    public const string Path = "/docs";

    private const string Description = "/openapi/v1.json";

    /// <summary>Adds the page, and before it what says what a browser may load there.</summary>
    public static void Map(WebApplication app)
    {
        app.Use((http, next) =>
        {
            if (http.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase))
                http.Response.OnStarting(Guard, http);
            return next(http);
        });
        app.MapScalarApiReference(Path, options =>
        {
            options.Title = "AOS";
            options.OpenApiRoutePattern = Description;
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.PersistentAuthentication = false;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.HideClientButton = true;
            options.Agent = new ScalarAgentOptions { Disabled = true };
            options.Mcp = new ScalarMcpOptions { Disabled = true };
            options.WithNonce();
        });
    }

    // The scripts of the page by their nonce, its styles, and requests to this server: what somebody tries out there.
    private static Task Guard(object state)
    {
        var http = (HttpContext)state;
        var nonce = http.Items[ScalarOptions.NonceHttpContextItemKey] is string value ? $" 'nonce-{value}'" : "";
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self'{nonce}; style-src 'self' "
            + "'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
