namespace Aos.Server.Auth;

/// <summary>Tells browsers what a page that may call the server may send and read (CORS). Which pages those are is for
/// <see cref="HostGuard"/> to say, and for the browser to hold the others back: a page still needs a key.</summary>
internal static class CrossOrigin
{
    private const string Methods = "GET, POST, PUT, DELETE";

    private const string Sent = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
        + "MCP-Protocol-Version, Mcp-Method, Mcp-Name, traceparent";

    private const string Read = "ETag, Location, Retry-After, WWW-Authenticate";

    // As long as a browser need not ask again.
    private const string Seconds = "600";

    /// <summary>Puts into the answer what a browser wants to know. For requests that <see cref="HostGuard"/> let through.</summary>
    /// <returns>Whether that is the whole answer: the browser asks before it sends the page's request.</returns>
    public static bool Answer(HttpContext http)
    {
        if (http.Request.Headers.Origin is not [{ } origin]) return false;
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        if (http.Request.Method != HttpMethods.Options || http.Request.Headers.AccessControlRequestMethod.Count == 0)
        {
            headers.AccessControlExposeHeaders = Read;
            return false;
        }
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = Sent;
        headers.AccessControlMaxAge = Seconds;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
